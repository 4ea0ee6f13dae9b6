// The list of accounts and an account's form: pages, sorting and filters that stand in the address, two tabs that save the
// same account, a photo, a copy.
import { accessible, offered, open, picture, run, signIn, tell, want, choose } from './lib.mjs'

const { URL: base, PASSWORD: password } = process.env

await run(async (started) => {
  const opened = await open()
  started(opened)
  const { page, context, faults } = opened
  const button = (name, on = page) => on.getByRole('button', { name, exact: true })
  const name = (on, n) => on.getByRole('row').nth(n).getByRole('link').first()
  const shows = async (on, n, text) => name(on, n).and(on.getByText(text, { exact: true })).waitFor()
  const address = () => new URL(page.url()).search

  await signIn(page, base, 'owner', password)

  // 004: pages of fifty, by last name; the next page, back and forward; a link shows the same.
  await page.goto(`${base}/accounts`)
  await shows(page, 1, 'Anna Aaberg')
  await page.getByText('1–50 of 62').waitFor()
  const pager = page.getByRole('navigation', { name: 'Pages of Accounts' })
  await pager.getByRole('button', { name: 'Forward' }).click()
  await page.waitForURL(/page=2/)
  await page.getByText('51–62 of 62').waitFor()
  await page.getByRole('row').nth(13).waitFor({ state: 'detached' }) // the rows of the first page
  await accessible(page, 'the second page')
  await picture(page, 'accounts-page-2')
  const last = await name(page, 12).innerText()
  await page.reload()
  await shows(page, 12, last)
  await pager.getByRole('button', { name: 'Page 1' }).click()
  await shows(page, 1, 'Anna Aaberg')

  // Sorting is the server's, turns round, and is in the address; the browser's back button undoes it.
  await page.getByRole('columnheader', { name: 'Number' }).getByRole('button').click()
  await page.waitForURL(/sort=number/)
  await shows(page, 1, 'Anna Aaberg')
  await page.getByRole('columnheader', { name: 'Number' }).getByRole('button').click()
  await page.waitForURL(/sort=-number/)
  await shows(page, 1, 'Zoe Zander')
  await picture(page, 'accounts-sorted')

  // Filters add up, in the address, and go with one click; another tab opened with the address shows the same rows.
  await choose(page.getByLabel('Filter by group').first(), 'Night')
  await page.waitForURL(/group=2/)
  await choose(page.getByRole('combobox', { name: 'Filter by state' }), 'Enabled')
  await page.waitForURL(/enabled=true/)
  await page.getByRole('textbox', { name: 'Search in Accounts' }).fill('zan')
  await page.waitForURL(/q=zan/)
  await page.getByRole('row', { name: /Anna Aaberg/ }).waitFor({ state: 'detached' })
  await shows(page, 1, 'Zoe Zander')
  want((await page.getByRole('row').count()) === 2, 'the filters leave more than one account')
  await picture(page, 'accounts-filtered')
  const found = address()
  const tab = await context.newPage()
  await tab.goto(`${base}/accounts${found}`)
  await shows(tab, 1, 'Zoe Zander')
  want((await tab.getByRole('row').count()) === 2, `${found} shows other accounts in another tab`)
  await button('Clear filters').click()
  await page.waitForFunction(() => !/group=|q=|enabled=/.test(location.search))
  want(/sort=-number/.test(address()), 'the sorting went with the filters')

  // Two tabs: the second to save is shown, field by field, what the first saved; nothing that was typed is lost.
  await page.goto(`${base}/accounts`)
  await page.getByRole('link', { name: 'Anna Aaberg', exact: true }).click()
  await tab.goto(`${base}/accounts/2`)
  await Promise.all([page, tab].map((on) => on.getByRole('tab', { name: /^Contact/ }).click()))
  await page.getByLabel('Department').fill('Sales North')
  await page.getByLabel('Job title').fill('Director')
  await button('Apply').click()
  await page.getByText(/Account updated: Anna Aaberg/).waitFor()
  await tab.getByLabel('Department').fill('Sales South')
  await tab.getByLabel('Mobile').fill('+45 20 11 22 33')
  await button('Apply', tab).click()
  const conflict = tab.getByRole('alert').filter({ hasText: 'Saved meanwhile by' })
  await conflict.waitFor()
  const row = conflict.getByRole('row', { name: /Department/ })
  await row.getByText('Sales North').waitFor()
  await row.getByText('Sales South').waitFor()
  await tab.waitForFunction(() => document.activeElement?.classList.contains('differences'))
  const at = await conflict.boundingBox()
  want(at.y >= 0 && at.y < 800, `the differences are out of sight: ${JSON.stringify(at)}`)
  want((await conflict.getByRole('row').count()) === 2, 'more than the department differs')
  want((await tab.getByLabel('Job title').inputValue()) === 'Director', 'what the other saved is not shown')
  want((await tab.getByLabel('Mobile').inputValue()) === '+45 20 11 22 33', 'what was typed is lost')
  want(await button('Apply', tab).isDisabled(), 'it can be saved before the difference is decided')
  await accessible(tab, 'a conflict')
  await picture(tab, 'conflict')
  await button('Keep mine', row).click()
  await button('Apply', tab).click()
  await tab.getByText(/Account updated: Anna Aaberg/).waitFor()
  const saved = await (await context.request.get(`${base}/api/v1/users/2`)).json()
  want(
    saved.department === 'Sales South' && saved.jobTitle === 'Director' && saved.mobile === '+45 20 11 22 33',
    `saved ${saved.department}, ${saved.jobTitle}, ${saved.mobile}`,
  )

  // U1: a photo; what is no picture is refused with words, and the picture shows in the list.
  const upload = async (name, mimeType, buffer) => {
    const asked = tab.waitForEvent('filechooser')
    await tab.getByRole('button', { name: 'Choose a picture…' }).click()
    await (await asked).setFiles({ name, mimeType, buffer })
  }
  await upload('face.png', 'image/png', Buffer.from('no picture at all'))
  await tab.getByText('This is not a JPEG, PNG or WebP picture.').waitFor()
  await upload('face.png', 'image/png', await tab.screenshot())
  await tab.getByRole('img', { name: 'Photo of Anna Aaberg' }).waitFor()
  await accessible(tab, 'photo')
  await picture(tab, 'photo')
  await button('OK', tab).click()
  await tab.getByRole('row', { name: /Anna Aaberg/ }).locator('img').waitFor()
  await picture(tab, 'accounts-photo')

  // U10: a copy has the settings and groups, and neither names, numbers nor secrets.
  await tab.getByRole('row', { name: /Anna Aaberg/ }).getByRole('button', { name: /Actions for/ }).click()
  await tab.getByRole('menuitem', { name: 'Copy settings to a new one' }).click()
  await tab.waitForURL(/copy=2/)
  const number = await offered(tab)
  want((await tab.getByLabel('First name').inputValue()) === '', 'the copy has the name')
  want(number !== saved.number, 'the copy has the number')
  await tab.getByRole('tab', { name: /^Contact/ }).click()
  want((await tab.getByLabel('Department').inputValue()) === 'Sales South', 'the copy lost the department')
  await tab.getByRole('tab', { name: /^Groups/ }).click()
  await tab.getByText('Night', { exact: true }).first().waitFor()
  await picture(tab, 'copy')
  await tab.getByLabel('First name').fill('Cora')
  await button('OK', tab).click()
  await tab.getByText(new RegExp(`Account created: Cora, number ${number}`)).waitFor()
  const copy = (await (await context.request.get(`${base}/api/v1/users?q=cora`)).json()).items[0]
  want(copy.groups.length === 1 && copy.photo === '' && copy.email === '' && copy.mobile === '', JSON.stringify(copy))

  if (faults.length > 0) throw new Error(faults.join('\n'))
  tell('DONE')
})
