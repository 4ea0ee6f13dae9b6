// Mail in the page: the server and a test of it, an invitation that its person takes, a forgotten password, and mail that
// its server did not take. The Go test is the mail server and hands over the links.
import { accessible, hear, open, picture, run, signIn, tell, visit, want } from './lib.mjs'

const { URL: base, PASSWORD: password, PORT: port, MAILPASSWORD: secret, AUTHORITY: authority } = process.env
const own = ['seven bright lanterns', 'eight quiet harbours']

await run(async (started) => {
  const opened = await open()
  started(opened)
  const { page, browser, faults } = opened
  const button = (name, on = page) => on.getByRole('button', { name, exact: true })
  const mail = async (to) => {
    tell(`MAIL-${to}`)
    return hear()
  }
  const settings = () => page.goto(`${base}/settings?tab=mail`)

  await signIn(page, base, 'owner', password)

  // A8: without mail the page says so; a wrong login is told with the server's own words.
  await settings()
  await page.getByText('Mail is not set up.').waitFor()
  await page.getByLabel('Mail server').fill('127.0.0.1')
  await page.getByLabel('Port').fill(port)
  await page.getByLabel('User name').fill('box')
  await page.getByLabel('Password', { exact: true }).fill('not the password')
  await page.getByLabel('Sender', { exact: true }).fill('pbx@acme.test')
  await page.getByLabel('Links lead to').fill(base)
  await page.getByLabel('Certificate authority').fill(authority)
  await accessible(page, 'mail settings')
  await picture(page, 'mail-settings')
  await button('Apply').click()
  await page.getByText('Mail set up: 127.0.0.1').waitFor()
  await page.getByLabel('To', { exact: true }).fill('it@acme.test')
  await button('Send a test').click()
  await page.getByText('The test for it@acme.test was not sent:').waitFor()
  await picture(page, 'mail-test-failed')
  await page.getByLabel('Password', { exact: true }).fill(secret)
  await button('Apply').click()
  await page.getByLabel('To', { exact: true }).fill('it@acme.test')
  await button('Send a test').click()
  await page.getByText('The mail server took the test for it@acme.test:').waitFor()
  await accessible(page, 'mail test')
  await picture(page, 'mail-test-sent')
  await mail('it@acme.test')

  // U9: the invitation is ticked; the card holds no password to the page.
  await page.goto(`${base}/accounts/new?group=1`)
  await page.getByLabel('First name').fill('Carla')
  await page.getByLabel('Last name').fill('Zander')
  await page.getByLabel('E-mail').fill('carla@acme.test')
  want(await page.getByLabel('Send an invitation').isChecked(), 'the invitation is not ticked')
  await picture(page, 'invite')
  await page.waitForFunction(() => document.querySelector('input[name="number"]')?.value)
  await button('OK').click()
  await page.getByText(/Account created: Carla Zander/).waitFor()
  await page.getByText('chosen by invitation').waitFor()
  await picture(page, 'card-invited')

  // The person opens the link, elsewhere, and chooses a password; the link works once.
  const invitation = await mail('carla@acme.test')
  const second = await visit(browser)
  const person = second.page
  await person.goto(invitation)
  await person.getByText('Welcome, Carla Zander').waitFor()
  want(!person.url().includes('#'), `the token stands in the address: ${person.url()}`)
  await person.getByLabel('New password').fill(own[0])
  await person.getByLabel('Once more').fill(own[1])
  await button('Choose this password', person).click()
  await person.getByText('The two are not the same.').waitFor()
  await accessible(person, 'welcome')
  await picture(person, 'welcome')
  await person.getByLabel('Once more').fill(own[0])
  await button('Choose this password', person).click()
  await person.getByText('Your password is set. The link no longer works.').waitFor()
  await picture(person, 'welcome-done')
  await person.goto(`${base}/login`)
  await person.goto(invitation)
  await person.getByRole('heading', { name: 'This link is over' }).waitFor()
  await accessible(person, 'a link that is over')
  await picture(person, 'link-over')

  // P4: a forgotten password; the answer is the same for who does not exist.
  const third = await visit(browser, { width: 360, height: 740, scheme: 'dark' })
  const forgetful = third.page
  await forgetful.goto(base)
  await forgetful.getByRole('link', { name: 'Forgot password?' }).click()
  for (const login of ['nobody.at.all', 'carla.zander']) {
    await forgetful.goto(`${base}/forgot`)
    await forgetful.getByLabel('Login').fill(login)
    await accessible(forgetful, 'forgot password')
    await button('Send the link', forgetful).click()
    await forgetful.getByText('If there is such an account and it has an e-mail address').waitFor()
  }
  await picture(forgetful, 'small-forgot')
  await forgetful.goto(await mail('carla@acme.test again'))
  await forgetful.getByRole('heading', { name: 'Choose a new password' }).waitFor()
  await forgetful.getByLabel('New password').fill(own[1])
  await forgetful.getByLabel('Once more').fill(own[1])
  await picture(forgetful, 'small-reset')
  await button('Choose this password', forgetful).click()
  await forgetful.getByText('Your password is set.').waitFor()
  await picture(forgetful, 'small-reset-done')
  const fourth = await visit(browser)
  await fourth.page.goto(base)
  await fourth.page.getByLabel('Login').fill('carla.zander')
  await fourth.page.getByLabel('Password', { exact: true }).fill(own[0])
  await button('Sign in', fourth.page).click()
  await fourth.page.getByRole('alert').waitFor()
  await fourth.page.getByLabel('Password', { exact: true }).fill(own[1])
  await button('Sign in', fourth.page).click()
  await fourth.page.getByRole('button', { name: /Carla Zander/ }).waitFor()
  await picture(fourth.page, 'own-page')

  // Mail that its server refuses is shown with the answer, and dropped.
  await page.goto(`${base}/accounts/new?group=1`)
  await page.getByLabel('First name').fill('Gone')
  await page.getByLabel('E-mail').fill('gone@acme.test')
  await page.waitForFunction(() => document.querySelector('input[name="number"]')?.value)
  await button('OK').click()
  await page.getByText(/Account created: Gone/).waitFor()
  await settings()
  await page.getByRole('row', { name: /gone@acme.test/ }).getByText(/No such mailbox here/).waitFor()
  await accessible(page, 'unsent mail')
  await picture(page, 'mail-unsent')
  await page.getByRole('row', { name: /gone@acme.test/ }).getByRole('button', { name: /Actions for/ }).click()
  await page.getByRole('menuitem', { name: 'Drop' }).click()
  await page.getByText('The mail to gone@acme.test was dropped; its link is dead.').waitFor()
  const all = [...faults, ...second.faults, ...third.faults, ...fourth.faults]
  if (all.length > 0) throw new Error(all.join('\n'))
  tell('DONE')
})
