// Accounts that go and come back: somebody leaves, an account is deleted while other things refer to it, undo, Recently
// deleted; numbers and names that change.
import { accessible, open, picture, run, signIn, tell, want, inScheme, choose } from './lib.mjs'

const { URL: base, PASSWORD: password } = process.env

await run(async (started) => {
  const opened = await open()
  started(opened)
  const { page, context, faults } = opened
  const dialog = page.getByRole('dialog')
  const row = (name) => page.getByRole('row', { name })
  const api = async (path) => (await context.request.get(`${base}/api/v1${path}`)).json()
  const menu = async (name, item) => {
    await row(name).getByRole('button', { name: /Actions for/ }).click()
    await page.getByRole('menuitem', { name: item, exact: true }).click()
    await dialog.waitFor()
  }
  const confirm = () => dialog.getByRole('button', { name: 'OK', exact: true }).click()
  const leadsTo = async () => (await api('/numbers?kind=outside')).items[0].leadsTo?.name ?? 'nobody'

  await signIn(page, base, 'owner', password)
  await page.goto(`${base}/accounts`)

  // U14: Anna leaves today, and Ben gets her calls.
  await menu(/Anna Berg/, 'Leaves…')
  await choose(dialog.getByLabel('Calls go to'), /Ben Carlsen/, 'ben')
  await accessible(page, 'leaves')
  await picture(page, 'leaves')
  await confirm()
  await page.getByText('Anna Berg has left: the account is disabled.').waitFor()

  // 002 and U7: deleting Ben asks what becomes of all that refers to him, and goes no further without answers.
  await menu(/Ben Carlsen/, 'Delete')
  await dialog.getByText('Gets the calls of somebody who leaves').waitFor()
  await dialog.getByText('Outside number that leads to it').waitFor()
  await accessible(page, 'delete what others refer to')
  await picture(page, 'delete-refers')
  await confirm()
  await dialog.getByText('Say what becomes of everything that refers to it.').waitFor()
  await picture(page, 'delete-unanswered')
  const calls = dialog.getByRole('group', { name: /Gets the calls/ })
  const number = dialog.getByRole('group', { name: /Outside number/ })
  await choose(calls.getByLabel('What becomes of it'), 'Calls go to somebody else')
  await choose(calls.getByLabel('Goes to'), /Cleo Dahl/, 'cleo')
  await choose(number.getByLabel('What becomes of it'), 'Leads nowhere')
  await picture(page, 'delete-answered')
  await confirm()
  await page.getByText(/Account deleted: Ben Carlsen, id \d+/).waitFor()
  await row(/Ben Carlsen/).waitFor({ state: 'detached' })
  await picture(page, 'account-deleted')
  want((await leadsTo()) === 'nobody', 'the outside number still leads somewhere')

  // Undo, where it was said.
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await page.getByText(/Restored: Ben Carlsen/).waitFor()
  await row(/Ben Carlsen/).waitFor()
  want((await leadsTo()) === 'Ben Carlsen', 'the outside number does not lead to Ben again')

  // Deleted again, with another answer.
  await menu(/Ben Carlsen/, 'Delete')
  await choose(calls.getByLabel('What becomes of it'), 'Callers hear: not available')
  await choose(number.getByLabel('What becomes of it'), 'Leads to somebody else')
  await choose(number.getByLabel('Goes to'), /Cleo Dahl/, 'cleo')
  await confirm()
  await page.getByText(/Account deleted: Ben Carlsen/).waitFor()
  want((await leadsTo()) === 'Cleo Dahl', 'the outside number does not lead to Cleo')
  await page.goto(`${base}/deleted`)
  await row(/Ben Carlsen/).waitFor()
  await accessible(page, 'recently deleted')
  await picture(page, 'recently-deleted')
  await row(/Ben Carlsen/).getByRole('button', { name: 'Restore Ben Carlsen' }).click()
  await page.getByText(/Restored: Ben Carlsen/).waitFor()
  await picture(page, 'restored')
  await page.goto(`${base}/accounts`)

  // U8: renumbered by a rule, and back.
  await page.getByRole('row', { name: /Cleo Dahl/ }).getByRole('cell', { name: '202' }).waitFor()
  await menu(/Cleo Dahl/, 'Renumber…')
  await dialog.getByText('By a rule').click()
  await dialog.getByRole('textbox', { name: 'Rule' }).fill('2xx → 52xx')
  await dialog.getByRole('button', { name: 'Show what changes' }).click()
  await dialog.getByText('3 numbers change.').waitFor()
  await accessible(page, 'renumber')
  await picture(page, 'renumber')
  await confirm()
  await page.getByText('Renumbered: 3 accounts.').waitFor()
  await row(/Cleo Dahl/).getByRole('cell', { name: '5202' }).waitFor()
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await page.getByText('3 accounts have their old numbers again.').waitFor()
  await row(/Cleo Dahl/).getByRole('cell', { name: '202', exact: true }).waitFor()

  // U8: renamed; what follows is shown before.
  await menu(/Cleo Dahl/, 'Rename…')
  await dialog.getByLabel('Last name').fill('Engel')
  await dialog.getByRole('button', { name: 'Show what follows' }).click()
  await dialog.getByLabel(/New username cleo.engel/).waitFor()
  await accessible(page, 'rename')
  await picture(page, 'rename')
  await confirm()
  await page.getByText(/Cleo Dahl is now Cleo Engel/).waitFor()
  await row(/Cleo Engel/).waitFor()
  await picture(page, 'renamed')
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await page.getByText('The name is Cleo Dahl again.').waitFor()
  await row(/Cleo Dahl/).waitFor()

  // U14: Anna comes back.
  await menu(/Anna Berg/, 'Leaves…')
  await picture(page, 'has-left')
  await dialog.getByRole('button', { name: 'Comes back' }).click()
  await page.getByText('Anna Berg is back: the account is enabled again.').waitFor()

  // The same dialogs on a narrow and dark screen.
  await inScheme(page, 'dark')
  await page.setViewportSize({ width: 360, height: 740 })
  for (const item of ['Leaves…', 'Rename…', 'Renumber…', 'Delete']) {
    await menu(/Ben Carlsen/, item)
    await accessible(page, `${item}, small and dark`)
    await picture(page, `small-${item.replace('…', '').toLowerCase()}`)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  }
  if (faults.length > 0) throw new Error(faults.join('\n'))
  tell('DONE')
})
