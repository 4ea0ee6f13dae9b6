// An administrator without a mouse: signs in, makes a group and an account, finds, changes, deletes it and takes that back.
import { open, picture, run, tell, want } from './lib.mjs'

const { URL: base, PASSWORD: password } = process.env

await run(async (started) => {
  const opened = await open()
  started(opened)
  const { page, faults } = opened
  const press = (key) => page.keyboard.press(key)
  const type = (text) => page.keyboard.type(text)
  // By Tab alone, at most once around the page; what has the focus must be seen to have it.
  const tabTo = async (target, key = 'Tab') => {
    await target.first().waitFor()
    for (let n = 0; n < 90; n += 1) {
      if (await target.first().evaluate((e) => e === document.activeElement)) {
        const seen = await target.first().evaluate((e) => {
          const marked = (node) => {
            const s = getComputedStyle(node)
            return s.outlineStyle !== 'none' || s.boxShadow !== 'none' || s.borderColor !== getComputedStyle(document.body).color
          }
          return marked(e) || (e.parentElement !== null && marked(e.parentElement))
        })
        want(seen, 'what has the focus does not show it')
        return
      }
      await press(key)
    }
    throw new Error(`not reached by ${key}: ${target}`)
  }
  // A row of tabs is one stop; arrows move in it.
  const openTab = async (name) => {
    const tab = page.getByRole('tab', { name })
    await tab.waitFor()
    await tabTo(page.getByRole('tab').and(page.locator('[tabindex="0"]')))
    for (let n = 0; n < 12 && !(await tab.evaluate((e) => e === document.activeElement)); n += 1) await press('ArrowRight')
    await press('Enter')
  }
  const button = (name, on = page) => on.getByRole('button', { name, exact: true })
  const dialog = page.getByRole('dialog')

  await page.goto(base)
  await tabTo(page.getByLabel('Login'))
  await type('owner')
  await tabTo(page.getByLabel('Password', { exact: true }))
  await type(password)
  await press('Enter')
  await page.getByRole('heading', { name: 'Overview' }).waitFor()

  // The first Tab of a page leads past its menu.
  await page.reload()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  await press('Tab')
  want(await page.locator('.skip-link').evaluate((e) => e === document.activeElement), 'the first stop is no way past the menu')
  await picture(page, 'keyboard-skip')

  // A group, from the menu.
  await tabTo(page.getByRole('link', { name: 'Groups & Accounts' }))
  await press('Enter')
  await tabTo(page.getByRole('link', { name: 'New group' }).or(button('New group')))
  await press('Enter')
  await page.getByLabel('Group Name').waitFor()
  await tabTo(page.getByLabel('Group Name'))
  await type('Keyboard')
  await press('Enter')
  await page.getByText(/Group created: Keyboard, id \d+/).waitFor()

  // An account: the form begins at the name, Enter saves it.
  await openTab(/^Accounts/)
  await page.waitForURL(/accounts/)
  await tabTo(page.getByRole('link', { name: 'Add user' }).or(button('Add user')), 'Shift+Tab')
  await press('Enter')
  await page.getByRole('heading', { name: 'Add user' }).waitFor()
  await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'firstName')
  await type('Kay')
  await press('Tab')
  await type('Board')
  const group = page.getByRole('combobox', { name: 'Group' }).or(page.getByLabel('Group', { exact: true }))
  await tabTo(group)
  await press('Control+A')
  await type('Keyboard')
  await page.getByRole('option', { name: 'Keyboard' }).waitFor()
  await press('ArrowDown')
  await press('Enter')
  await page.waitForFunction(() => /^\d+$/.test(document.querySelector('input[name="number"]')?.value ?? ''))
  await picture(page, 'keyboard-form')
  await tabTo(page.getByLabel('Last name'), 'Shift+Tab')
  await press('Enter')
  await page.getByText(/Account created: Kay Board, number \d+/).waitFor()

  await page.getByRole('row', { name: /Kay Board/ }).waitFor()

  // Found with /, opened with Enter.
  await press('/')
  await dialog.waitFor()
  await type('kay')
  await dialog.getByText('Kay Board').first().waitFor()
  await picture(page, 'keyboard-search')
  await press('ArrowDown')
  await press('Enter')
  await page.getByRole('heading', { name: 'Kay Board', exact: true }).waitFor()
  await openTab(/^Contact/)
  await tabTo(page.getByLabel('Department'))
  await type('Typing')
  await press('Enter')
  await page.getByText(/Account updated: Kay Board/).waitFor()

  // In the list: arrows move, Space chooses, m opens the row's menu.
  const row = page.getByRole('row', { name: /Kay Board/ })
  await tabTo(page.locator('tbody tr[tabindex="0"]'))
  for (let n = 0; n < 60 && !(await row.evaluate((e) => e === document.activeElement)); n += 1) await press('ArrowDown')
  await press('Space')
  await page.getByText('1 account chosen').waitFor()
  await press('Space')
  await press('m')
  const item = page.getByRole('menuitem', { name: 'Delete', exact: true })
  await item.waitFor()
  for (let n = 0; n < 20 && !(await item.evaluate((e) => e === document.activeElement)); n += 1) await press('ArrowDown')
  await picture(page, 'keyboard-menu')
  await press('Enter')
  await dialog.getByText('Delete account Kay Board?').waitFor()
  await press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await page.waitForFunction(() => document.activeElement?.tagName === 'TR').catch(() => undefined)
  want(await row.evaluate((e) => e === document.activeElement), 'the row lost the focus to the dialog')
  await press('m')
  await item.waitFor()
  for (let n = 0; n < 20 && !(await item.evaluate((e) => e === document.activeElement)); n += 1) await press('ArrowDown')
  await press('Enter')
  await dialog.getByText('Delete account Kay Board?').waitFor()
  await press('Enter')
  await page.getByText(/Account deleted: Kay Board/).waitFor()
  await tabTo(button('Undo'), 'Shift+Tab')
  await press('Enter')
  await page.getByText(/Restored: Kay Board/).waitFor()
  await picture(page, 'keyboard-restored')
  if (faults.length > 0) throw new Error(faults.join('\n'))
  tell('DONE')
})
