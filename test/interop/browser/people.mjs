// Accounts as the manuals of the named systems tell them: added with the next free number, changed by hand, phantom,
// disabled, a group by typing, found, made administrator, made several at once, changed together.
import { open, accessible, fits, picture, tell, run, choose } from './lib.mjs'

const { URL: base, PASSWORD: password } = process.env

await run(async (started) => {
  const opened = await open({})
  started(opened)
  const { page, context, faults } = opened
  const button = (name) => page.getByRole('button', { name, exact: true })
  const number = (on) => on.getByLabel('Number', { exact: true })
  const offered = async (on) => {
    await on.waitForFunction(() => /^\d+$/.test(document.querySelector('input[name="number"]')?.value ?? ''))
    return number(on).inputValue()
  }
  const settled = () => page.waitForLoadState('networkidle').catch(() => {})

  await page.goto(base)
  await page.getByLabel('Login').fill('owner')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await button('Sign in').click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()

  // 004: the next free number is offered; two browsers are offered different ones.
  await page.goto(`${base}/accounts/new`)
  const first = await offered(page)
  const other = await context.newPage()
  await other.goto(`${base}/accounts/new`)
  const second = await offered(other)
  if (first === second) throw new Error(`both forms were offered ${first}`)
  await other.close()

  // 003: person, location, administrator; what is required fits one screen.
  await page.getByLabel('First name').fill('Carla')
  await page.getByLabel('Last name').fill('Zander')
  await page.getByLabel('E-mail').fill('carla@example.org')
  await choose(page.getByRole('combobox', { name: 'Location' }), 'Head office')
  await accessible(page, 'add user')
  await picture(page, 'add-user')
  const box = await page.getByLabel('Enabled').boundingBox()
  if (!box || box.y + box.height > 800) throw new Error(`the form does not fit one screen: ${JSON.stringify(box)}`)
  // Symbols for what is taken; changed by hand, outside the pool.
  await number(page).fill('200')
  await page.getByText(/Taken by Anna Berg/).waitFor()
  await picture(page, 'number-taken')
  await number(page).fill('7001')
  await page.getByText('Free, and in no extension pool').waitFor()
  // A group by typing its name, visibly new.
  await page.getByRole('tab', { name: /^Groups/ }).click()
  await page.getByLabel('Further groups').first().fill('Night shift')
  await page.keyboard.press('Enter')
  await page.getByText('New: Night shift').waitFor()
  // The address, behind its tab, is saved with everything else.
  await page.getByRole('tab', { name: /^Address/ }).click()
  await page.getByLabel('City').fill('Torino')
  await page.getByText('2 fields differ from them.').waitFor()
  await picture(page, 'add-user-advanced')
  await button('OK').click()
  await page.getByText(/Account created: Carla Zander, number 7001/).waitFor()
  await page.getByRole('region', { name: /Carla Zander/ }).waitFor()
  await picture(page, 'account-card')
  await button('Done, put it away').click()

  // 004: phantom, and OK and add another.
  await page.goto(`${base}/accounts/new?group=1`)
  await page.getByText('Phantom', { exact: true }).click()
  await page.getByLabel('Display name').fill('After hours')
  await offered(page)
  await button('OK and add another').click()
  await page.getByText(/Account created: After hours/).waitFor()
  if ((await page.getByLabel('Display name').inputValue()) !== '') throw new Error('the form keeps the name')
  await page.goto(`${base}/accounts`)

  // 004: search by last name, filter by group, sort, in the address.
  await page.getByRole('textbox', { name: 'Search in Accounts' }).fill('zand')
  await page.waitForURL(/q=zand/)
  await page.getByRole('row', { name: /Carla Zander/ }).waitFor()
  await page.getByRole('row', { name: /Anna Berg/ }).waitFor({ state: 'detached' })
  await page.goto(`${base}/accounts?sort=number`)
  await choose(page.getByRole('textbox', { name: 'Filter by group' }).or(page.getByLabel('Filter by group')).first(), 'Night shift')
  await page.waitForURL(/group=/)
  await page.getByRole('row', { name: /Carla Zander/ }).waitFor()
  await page.goto(`${base}/accounts`)
  await settled()
  await accessible(page, 'accounts')
  await picture(page, 'accounts')

  // 003 and S4: the administrator switch asks for the own password; the row shows the mark.
  const row = page.getByRole('row', { name: /Carla Zander/ })
  await row.getByRole('button', { name: /Actions for/ }).click()
  await picture(page, 'account-menu')
  await page.getByRole('menuitem', { name: 'Make administrator…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Your own password').fill('not this one')
  await dialog.getByRole('button', { name: 'OK' }).click()
  await dialog.getByText('The password is not right.').waitFor()
  await accessible(page, 'administrator switch')
  await picture(page, 'administrator-switch')
  await dialog.getByLabel('Your own password').fill(password)
  await dialog.getByRole('button', { name: 'OK' }).click()
  await page.getByText('Administrator now: Carla Zander').waitFor()
  await row.getByText('Admin', { exact: true }).waitFor()

  // Disabled, with the line that says so.
  await row.getByRole('button', { name: /Actions for/ }).click()
  await page.getByRole('menuitem', { name: 'Disable' }).click()
  await page.getByText(/Disabled: Carla Zander/).waitFor()

  // U13: several at once, seen before, mended in the table.
  await page.goto(`${base}/accounts/several?group=1`)
  const ten = ['Adam Ant adam@example.org', 'Beta, Bea;bea@example.org', 'Cleo\tCarter\tcleo@example.org']
  for (let n = 3; n < 10; n += 1) ten.push(`Person Number${n} p${n}@example.org`)
  ten[9] = 'Person Wrong nonsense@'
  await page.getByLabel('People').fill(ten.join('\n'))
  await picture(page, 'add-several')
  await button('Preview').click()
  await page.getByText('1 row needs mending first.').waitFor()
  await accessible(page, 'add several')
  await picture(page, 'add-several-preview')
  await page.getByLabel('E-mail in row 10').fill('p10@example.org')
  await button('Check again').click()
  await button('Create 10 accounts').click()
  await page.getByText('10 accounts created.').waitFor()
  await page.getByText('10 cards to hand over').waitFor()
  await picture(page, 'several-cards')
  await button('Done, put all away').click()

  // I7: many changed in one step, seen before.
  await page.getByRole('checkbox', { name: 'Select all on this page' }).check()
  await button('Edit…').click()
  const edit = page.getByRole('dialog')
  await edit.getByLabel('Department').fill('Field')
  await edit.getByRole('button', { name: 'Show what would change' }).click()
  await edit.getByText(/would change\./).waitFor()
  await accessible(page, 'bulk edit')
  await picture(page, 'bulk-edit')
  await edit.getByRole('button', { name: /^Change \d+ accounts$/ }).click()
  await page.getByText(/\d+ accounts changed/).waitFor()
  await button('Undo').click()
  await page.getByText(/Taken back for/).waitFor()

  // 360 px, by keyboard alone: the list, its first row, its form.
  await page.setViewportSize({ width: 360, height: 740 })
  for (const path of ['/accounts', '/accounts/new?group=1', '/accounts/several']) {
    await page.goto(base + path)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await settled()
    await fits(page, path)
    await accessible(page, `${path}, small`)
    await picture(page, `small${path.replace(/\W+/g, '-')}`)
  }
  if (faults.length > 0) throw new Error(faults.join('\n'))
  tell('DONE')
})
