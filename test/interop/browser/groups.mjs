// Groups as the manual of the first of the named systems tells them: created, updated, deleted; and what goes with them.
import { open, accessible, picture, tell, hear, run } from './lib.mjs'

const { URL: base, PASSWORD: password } = process.env

await run(async (started) => {
  const opened = await open({ scheme: process.env.SCHEME ?? 'light', width: Number(process.env.WIDTH ?? 1280) })
  started(opened)
  const { page, faults } = opened
  const button = (name) => page.getByRole('button', { name, exact: true })

  await page.goto(base)
  await page.getByLabel('Login').fill('owner')
  await page.getByLabel('Password', { exact: true }).fill('wrong')
  await accessible(page, 'sign in')
  await button('Sign in').click()
  await page.getByRole('alert').waitFor()
  await page.getByLabel('Password', { exact: true }).fill(password)
  await button('Sign in').click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  await accessible(page, 'overview')
  await picture(page, 'overview')

  // Create: the only mandatory field; what was typed stays when something is wrong.
  await page.getByRole('link', { name: 'Groups & Accounts' }).click()
  await page.getByRole('button', { name: 'New group' }).or(page.getByRole('link', { name: 'New group' })).first().click()
  await page.getByLabel('City').fill('Aarhus')
  await button('Create').click()
  await page.getByText('A group needs a name.').waitFor()
  if (!(await page.getByLabel('Group Name').evaluate((e) => e === document.activeElement))) {
    throw new Error('the first field with an error has no focus')
  }
  if ((await page.getByLabel('City').inputValue()) !== 'Aarhus') throw new Error('what was typed is gone')
  await page.getByLabel('Group Name').fill('Empty')
  await page.getByLabel('IT Email Address').fill('it@example.org')
  await button('Create').click()
  const advisory = page.getByText(/Group created: Empty, id \d+/)
  await advisory.waitFor()
  tell('CREATED', { id: Number(/id (\d+)/.exec(await advisory.innerText())[1]) })
  const row = page.getByRole('row', { name: /Empty/ })
  await row.getByText('it@example.org').waitFor()
  await page.getByText(/Users created: \d+, limit \d+/).waitFor()

  // The order that decides whose setting wins: moved by the row's menu.
  await page.getByRole('columnheader', { name: 'Order' }).getByRole('button').click()
  await page.getByText('nearest the top').waitFor()
  await row.getByRole('button').last().click()
  await page.getByRole('menuitem', { name: 'Move up' }).click()
  await page.getByText('Empty is at place 1 of the group order').waitFor()
  await page.waitForFunction(() => document.querySelector('tbody tr')?.textContent?.includes('Empty'))
  await accessible(page, 'group order')
  await picture(page, 'group-order')

  // Update, by the id.
  await row.getByRole('link', { name: /^Id \d+/ }).click()
  await page.getByRole('heading', { name: 'Edit Group' }).waitFor()
  await accessible(page, 'edit group')
  if ((await page.getByLabel('City').inputValue()) !== 'Aarhus') throw new Error('the form lost the city')
  await page.getByLabel('IT Email Address').fill('help@example.org')
  await button('Update').click()
  await page.getByRole('row', { name: /Empty/ }).getByText('help@example.org').waitFor()

  // Delete, by the name, with Enter.
  await page.getByRole('row', { name: /Empty/ }).getByRole('link', { name: 'Empty', exact: true }).click()
  await button('Delete').click()
  await page.getByRole('dialog').waitFor()
  await accessible(page, 'delete an empty group')
  await picture(page, 'delete-empty-group')
  await page.keyboard.press('Enter')
  await page.getByText(/Group deleted: Empty, id \d+/).waitFor()
  await picture(page, 'group-deleted')
  await page.getByRole('row', { name: /help@example.org/ }).waitFor({ state: 'detached' })

  // A group with two accounts: its name must be typed.
  await page.getByRole('link', { name: 'Sales', exact: true }).click()
  await button('Delete').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Anna Berg').waitFor()
  await dialog.getByText('Ben Carlsen').waitFor()
  await accessible(page, 'delete a group with accounts')
  await picture(page, 'delete-group-with-accounts')
  const ok = dialog.getByRole('button', { name: 'OK', exact: true })
  if (await ok.isEnabled()) throw new Error('OK is enabled before the name was typed')
  await dialog.getByLabel(/Type .Sales. to confirm/).fill('Sale')
  if (await ok.isEnabled()) throw new Error('OK is enabled by a wrong name')
  await dialog.getByLabel(/Type .Sales. to confirm/).fill('Sales')
  await ok.click()
  await page.getByText(/Group deleted: Sales, id \d+, with 2 accounts/).waitFor()
  tell('DELETED')

  await hear() // their phones were refused
  await page.getByRole('link', { name: 'Recently deleted' }).click()
  await page.getByRole('row', { name: /Sales/ }).waitFor()
  await accessible(page, 'recently deleted')
  await picture(page, 'recently-deleted')
  await page.getByRole('row', { name: /Sales/ }).getByRole('button', { name: /Restore/ }).click()
  await page.getByText(/Restored|brought back|is back/i).first().waitFor()
  tell('RESTORED')

  for (const name of ['Groups & Accounts', 'Devices', 'Numbers', 'Calls', 'Recently deleted', 'Settings']) {
    await page.getByRole('link', { name, exact: true }).first().click()
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.waitForLoadState('networkidle').catch(() => {}) // the event stream stays open
    await accessible(page, name)
    await picture(page, `page-${name.toLowerCase().replace(/\W+/g, '-')}`)
  }
  if (faults.length > 0) throw new Error(faults.join('\n'))
  tell('DONE')
})
