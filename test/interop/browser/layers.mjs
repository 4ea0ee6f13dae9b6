// The layers of settings as an administrator uses them: settings of an account, provisioning profiles, permissions at
// each level, who is in a group, and the order of the groups, in which the top one wins.
import { open, accessible, picture, tell, run, choose } from './lib.mjs'

const { URL: base, PASSWORD: password } = process.env

await run(async (started) => {
  const opened = await open({})
  started(opened)
  const { page, faults } = opened
  const button = (name) => page.getByRole('button', { name, exact: true })
  const settled = () => page.waitForLoadState('networkidle').catch(() => {})
  const shown = async (name) => {
    await settled()
    await accessible(page, name)
    await picture(page, name.replace(/\W+/g, '-'))
  }
  // What is changed is saved only after a look at who changes from what to what.
  const save = async (effect) => {
    await button('Review and save…').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(effect).waitFor()
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText(/settings? saved/).waitFor()
  }

  await page.goto(base)
  await page.getByLabel('Login').fill('owner')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await button('Sign in').click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()

  await profiles({ page, button, shown, save })
  tell('PROFILES')
  await accountSettings({ page, button, shown, save })
  tell('SETTINGS')
  await permissions({ page, button, shown, save })
  tell('PERMISSIONS')
  await members({ page, button, shown })
  tell('MEMBERS')
  await order({ page, button, shown })
  tell('ORDER')

  // Mail that could not be sent stands on the overview, with the way to the mail server's answer.
  await page.goto(base)
  await page.getByText('1 mail could not be sent.').waitFor()
  await shown('overview with unsent mail')
  await page.getByRole('link', { name: 'See what the mail server answered' }).click()
  await page.getByRole('region', { name: 'Unsent mail' }).getByText('anna@example.org').waitFor()

  if (faults.length > 0) throw new Error(faults.join('\n'))
  tell('DONE')
})

/** A profile is made, given a value, copied, assigned, and deleted with another in its place. */
async function profiles({ page, button, shown, save }) {
  await page.goto(`${base}/settings?tab=profiles`)
  await page.getByRole('row', { name: /default.*always exists/ }).waitFor()
  await shown('profiles')
  await page.getByRole('link', { name: 'New profile' }).click()
  await button('Create').click()
  await page.getByText('A profile needs a name.').waitFor()
  await page.getByRole('textbox', { name: /Name/ }).fill('Lobby')
  await page.getByLabel('Text for phones').fill('screensaver=off')
  await button('Create').click()
  await page.getByText('Provisioning profile created: Lobby').waitFor()
  await page.getByRole('textbox', { name: 'Ring time' }).fill('20s')
  // The form around saves its own fields and stays while settings wait.
  await page.getByLabel('Text for phones').fill('screensaver=on')
  await button('Update').click()
  await page.getByText('1 setting waits to be reviewed and saved.').waitFor()
  await save(/Something changes for 0 accounts/)
  await page.evaluate(() => window.scrollTo(0, 0))
  await shown('profile')

  await page.getByRole('link', { name: 'Copy…' }).click()
  await page.getByText('A copy of Lobby with its 1 setting.').waitFor()
  if ((await page.getByRole('textbox', { name: /Name/ }).inputValue()) !== 'Lobby 2') throw new Error('the copy has no name of its own')
  await button('Create').click()
  await page.getByText('Provisioning profile created: Lobby 2').waitFor()
  await page.waitForFunction(() => document.querySelector('fieldset input[value="20s"]'))

  // The group's form leads to the profile that it has.
  await page.goto(`${base}/groups/1`)
  await choose(page.getByRole('combobox', { name: 'Provisioning Profile' }), /^Lobby$/)
  await button('Update').click()
  await page.getByText(/Group updated/).waitFor()
  await page.goto(`${base}/groups/1`)
  await page.getByRole('link', { name: 'Open this profile' }).click()
  await page.getByRole('heading', { name: 'Edit provisioning profile' }).waitFor()
  await page.getByText('1 group', { exact: true }).click()
  await page.getByRole('link', { name: 'Sales' }).waitFor()
  await shown('profile used')

  await button('Delete').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Groups that have it').waitFor()
  await choose(dialog.getByRole('combobox', { name: 'What becomes of it' }), 'They get another profile')
  await choose(dialog.getByRole('combobox', { name: 'Goes to' }), 'Lobby 2')
  await shown('delete a profile')
  await dialog.getByRole('button', { name: 'OK', exact: true }).click()
  await page.getByText('Provisioning profile deleted: Lobby').waitFor()
  await page.getByRole('row', { name: /^Lobby 2 1/ }).waitFor()
  await shown('profile deleted')
  await button('Undo').click()
  await page.getByRole('row', { name: /^Lobby 1/ }).waitFor()
}

/** An account has its settings behind a tab of its form, and so has a device. */
async function accountSettings({ page, button, shown, save }) {
  await page.goto(`${base}/accounts?q=Anna`)
  await page.getByRole('link', { name: 'Anna Berg' }).click()
  await page.getByRole('tab', { name: /^Settings/ }).click()
  await page.getByText('From provisioning profile Lobby (group Sales)').first().waitFor()
  await shown('account settings')
  await page.getByRole('textbox', { name: 'Ring time' }).fill('45s')
  await page.getByRole('switch', { name: 'ZRTP from end to end' }).click()
  await choose(page.getByRole('combobox', { name: 'Language' }), 'Italiano')
  await page.getByRole('textbox', { name: 'Ring time' }).focus()
  await page.keyboard.press('Enter') // belongs to the field, not to the form around
  await save(/Anna Berg.*20s → 45s/)
  // The language is a field of the account as well: its form goes on from there.
  await choose(page.getByRole('combobox', { name: 'Provisioning Profile' }), 'Lobby 2')
  const stale = page.waitForResponse((response) => response.status() === 412)
  await button('Apply').click()
  await stale
  await page.getByText(/Account updated: Anna Berg/).waitFor()
  await page.getByRole('link', { name: 'Set up by hand' }).click()
  await page.getByRole('heading', { name: 'Settings of this device' }).waitFor()
  await page.getByText('From account Anna Berg').first().waitFor()
  await shown('device settings')
}

/** What accounts may, at each level: granted to a group, locked for everybody, a permission added, renamed, deleted. */
async function permissions({ page, button, shown, save }) {
  const row = (name) => page.getByRole('row', { name })
  const choice = (label) => page.getByRole('combobox', { name: label })
  await page.goto(`${base}/settings?tab=permissions`)
  await row(/^International calls/).waitFor()
  await button('Add permission…').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Open the door')
  await dialog.getByLabel('Key').fill('front door')
  await dialog.getByRole('button', { name: 'OK', exact: true }).click()
  await dialog.getByText('Use 1 to 40 letters and digits, a letter first.').waitFor()
  await dialog.getByLabel('Key').fill('door')
  await shown('add a permission')
  await dialog.getByRole('button', { name: 'OK', exact: true }).click()
  await page.getByText('Permission added: Open the door').waitFor()
  await shown('permission added')

  // Granted to a group: its members are named before it is saved, and it comes from there for an account.
  await choose(choice('Level'), 'Group')
  await page.getByText('Choose whose permissions are shown.').waitFor()
  await choose(choice('Whose'), 'Sales')
  await page.waitForURL(/level=group&owner=1/)
  await row(/^Open the door/).getByRole('switch').locator('..').click()
  await save(/Something changes for 2 accounts of 2/)
  await row(/^Open the door/).getByText('Set here').waitFor()
  await page.evaluate(() => window.scrollTo(0, 0))
  await shown('permissions')
  await choose(choice('Level'), 'Account')
  await choose(choice('Whose'), /Anna Berg/, 'Berg')
  await row(/^Open the door/).getByText('From group Sales').waitFor()
  await row(/^International calls/).getByRole('switch').locator('..').click()
  await save(/Anna Berg.*off → on/)

  // Locked for everybody: the account's own value is struck through, and says who holds it.
  await choose(choice('Level'), 'Whole organization')
  await row(/^International calls/).getByRole('button', { name: /^Lock/ }).click()
  await save(/Anna Berg.*on → off/)
  await choose(choice('Level'), 'Account')
  await choose(choice('Whose'), /Anna Berg/, 'Berg')
  await row(/^International calls/).getByText('Locked by organization').waitFor()
  if (await row(/^International calls/).getByRole('switch').isEnabled()) throw new Error('what is locked can be switched')
  await shown('permissions of an account')

  await row(/^Open the door/).getByRole('button', { name: /Actions for/ }).click()
  await page.getByRole('menuitem', { name: 'Rename…' }).click()
  if (await dialog.getByLabel('Key').isEditable()) throw new Error('the key can be changed')
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Front door')
  await dialog.getByRole('button', { name: 'OK', exact: true }).click()
  await page.getByText('Permission changed: Front door').waitFor()
  await row(/^Front door/).getByRole('button', { name: /Actions for/ }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await dialog.getByText('group Sales (2 accounts)').waitFor()
  await shown('delete a permission')
  await dialog.getByRole('button', { name: 'OK', exact: true }).click()
  await page.getByText('Permission deleted: Front door').waitFor()
  await row(/^Front door/).waitFor({ state: 'detached' })
  await button('Undo').click()
  await row(/^Front door/).getByText('From group Sales').waitFor()
}

/** Who is in a group: several added at once, taken back, moved home, taken out. */
async function members({ page, button, shown }) {
  await page.goto(`${base}/groups/new`)
  await page.getByLabel('Group Name').fill('Night shift')
  await button('Create').click()
  await page.getByRole('link', { name: 'Night shift', exact: true }).click()
  // What is typed into the form stays while another tab is looked at.
  await page.getByLabel('City').fill('Torino')
  await page.getByRole('tab', { name: /^Members/ }).click()
  await page.getByText('Nobody is in it yet.').waitFor()
  await button('Add accounts…').click()
  const dialog = page.getByRole('dialog')
  for (const name of ['Berg', 'Carlsen']) {
    await choose(dialog.getByRole('combobox', { name: 'Accounts' }), new RegExp(name), name)
  }
  await page.keyboard.press('Escape')
  await shown('add members')
  await dialog.getByRole('button', { name: 'Add 2 accounts' }).click()
  await page.getByText('2 accounts added to Night shift').waitFor()
  await page.getByRole('row', { name: /Anna Berg.*Further group, at home in Sales/ }).waitFor()
  await shown('group members')
  await button('Undo').click()
  await page.getByText('Nobody is in it yet.').waitFor()

  await button('Add accounts…').click()
  for (const name of ['Berg', 'Carlsen']) {
    await choose(dialog.getByRole('combobox', { name: 'Accounts' }), new RegExp(name), name)
  }
  await page.keyboard.press('Escape')
  await dialog.getByRole('button', { name: 'Add 2 accounts' }).click()
  await page.getByRole('row', { name: /Anna Berg/ }).getByRole('button', { name: /Actions for/ }).click()
  await page.getByRole('menuitem', { name: 'Move their home here' }).click()
  await page.getByText('1 account has its home in Night shift now').waitFor()
  await page.getByRole('row', { name: /Anna Berg.*Home group/ }).waitFor()

  // Whoever is at home here is not taken out; the others are.
  await page.getByRole('checkbox', { name: 'Select all on this page' }).check()
  await page.getByText('needs another home first').waitFor()
  await shown('group members chosen')
  await button('Take out of the group').click()
  await page.getByText('1 account taken out of Night shift').waitFor()
  await page.getByRole('row', { name: /Ben Carlsen/ }).waitFor({ state: 'detached' })
  await page.getByRole('textbox', { name: 'Search in Members' }).fill('nobody')
  await page.waitForURL(/q=nobody/)
  await page.getByRole('row', { name: /Anna Berg/ }).waitFor({ state: 'detached' })

  await page.getByRole('tab', { name: 'Group', exact: true }).click()
  if ((await page.getByLabel('City').inputValue()) !== 'Torino') throw new Error('what was typed is gone')
  await button('Update').click()
  await page.getByText(/Group updated: Night shift/).waitFor()
}

/** The order of the groups by the pointer: a line shows where a row lands, and one drop is one change. */
async function order({ page, button, shown }) {
  const names = () =>
    page.locator('tbody tr').evaluateAll((rows) => rows.map((row) => row.querySelector('.strong')?.textContent))
  const at = async (wanted) =>
    page.waitForFunction(
      (text) =>
        [...document.querySelectorAll('tbody tr .strong')].map((name) => name.textContent).join() === text,
      wanted,
    )
  await page.goto(`${base}/groups?sort=position`)
  await page.getByText('Top of the list wins').waitFor()
  await at('Sales,Night shift')
  const row = (name) => page.getByRole('row', { name: new RegExp(name) })
  const [from, to] = [await row('Night shift').boundingBox(), await row('Sales').boundingBox()]
  await page.mouse.move(from.x + 14, from.y + from.height / 2)
  await page.mouse.down()
  await page.mouse.move(to.x + 60, to.y + to.height / 2, { steps: 4 })
  await page.mouse.move(to.x + 60, to.y + 4, { steps: 4 })
  await page.locator('tr[data-drop="before"]').waitFor()
  await picture(page, 'group-dragged')
  await page.mouse.up()
  await page.getByText('Night shift is at place 1 of the group order').waitFor()
  await at('Night shift,Sales')
  await shown('group dropped')
  await button('Undo').click()
  await page.getByText('Night shift is back at its place').waitFor()
  await at('Sales,Night shift')
  // Dropped where it stands, nothing changes.
  await row('Night shift').dragTo(row('Sales'), { targetPosition: { x: 60, y: to.height - 3 } })
  if ((await names()).join() !== 'Sales,Night shift') throw new Error('a row moved that was put back')
}
