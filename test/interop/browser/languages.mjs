// The page in German and Italian: chosen in the top line, kept for the next time, wide and narrow, with nothing cut off.
import { open, accessible, faultless, picture, run } from './lib.mjs'

const { URL: base, PASSWORD: password } = process.env

// A few words of each page, to know that it is there and in which language.
const words = {
  en: { name: 'English', menu: 'Language', groups: 'Groups & Accounts', newGroup: 'New group', add: 'Add user', advanced: 'Advanced' },
  de: {
    name: 'Deutsch', menu: 'Sprache', groups: 'Gruppen & Konten', newGroup: 'Neue Gruppe', add: 'Benutzer hinzufügen',
    needed: 'Eine Gruppe braucht einen Namen.', create: 'Anlegen', taken: 'Eine Gruppe „Sales“ gibt es schon.',
    signIn: 'Anmelden', login: 'Anmeldename', password: 'Passwort',
  },
  it: {
    name: 'Italiano', menu: 'Lingua', groups: 'Gruppi e account', newGroup: 'Nuovo gruppo', add: 'Aggiungi utente',
    needed: 'Un gruppo deve avere un nome.', create: 'Crea', taken: 'Esiste già un gruppo «Sales».',
    signIn: 'Accedi', login: 'Nome di accesso', password: 'Password',
  },
}

/** Wants nothing wider than the window, and no word cut off in a button, a tab or a line of the menu. */
function fits(page, name) {
  return faultless(page, name, () => {
    const found = []
    const width = document.documentElement.clientWidth
    if (document.documentElement.scrollWidth > width) found.push(`the page is ${document.documentElement.scrollWidth} wide`)
    for (const e of document.querySelectorAll('button, .mantine-Tabs-tab, .menu-line, .mantine-Button-label, label')) {
      if (e.checkVisibility() && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== 'visible') {
        found.push(`cut off: ${e.textContent}`)
      }
    }
    return found
  })
}

const pages = [
  ['groups', '/groups'], ['accounts', '/accounts'], ['new-account', '/accounts/new'], ['account', '/accounts/2'],
  ['pools', '/numbers?tab=pools'], ['settings', '/settings?tab=security'], ['audit', '/settings?tab=audit'],
]

await run(async (started) => {
  const opened = await open()
  started(opened)
  const { page, faults } = opened
  const choose = async (from, to) => {
    await page.getByRole('button', { name: words[from].menu, exact: true }).click()
    await page.getByRole('menuitem', { name: words[to].name, exact: true }).click()
  }

  // Before signing in it is the browser's language, or what is chosen.
  await page.goto(base)
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor()
  await choose('en', 'it')
  await page.getByRole('button', { name: words.it.signIn, exact: true }).waitFor()
  if ((await page.evaluate(() => document.documentElement.lang)) !== 'it') throw new Error('the page does not say its language')
  await accessible(page, 'sign in, Italian')
  await page.getByLabel(words.it.login).fill('owner')
  await page.getByLabel(words.it.password, { exact: true }).fill('wrong')
  await page.getByRole('button', { name: words.it.signIn, exact: true }).click()
  await page.getByText('Nome o password non corretti.').waitFor()
  await page.getByLabel(words.it.password, { exact: true }).fill(password)
  await page.getByRole('button', { name: words.it.signIn, exact: true }).click()

  // Signed in it is one's own, else the organization's.
  await page.getByRole('link', { name: words.en.groups }).waitFor()
  let now = 'en'
  for (const language of ['de', 'it']) {
    const word = words[language]
    await page.goto(`${base}/groups/new`)
    // What was typed stays when the language changes, and the server's refusals are translated.
    await page.locator('input[name="name"]').fill('Sales')
    await choose(now, language)
    now = language
    await page.getByRole('button', { name: word.create, exact: true }).click()
    await page.getByText(word.taken).waitFor()
    await page.locator('input[name="name"]').fill('')
    await page.getByRole('button', { name: word.create, exact: true }).click()
    await page.getByText(word.needed).waitFor()
    await page.locator('input[name="name"]').fill('x')
    await page.reload({ waitUntil: 'domcontentloaded' })
    await page.getByRole('link', { name: word.groups }).waitFor()
    for (const [name, address] of pages) {
      // It is loaded narrow and grows; the walk through all pages loads them wide and makes them narrow.
      await page.setViewportSize({ width: 360, height: 800 })
      await page.goto(base + address, { waitUntil: 'domcontentloaded' })
      await page.getByRole('heading').first().waitFor()
      await page.waitForFunction(() => !document.querySelector('.skeleton'))
      for (const width of [360, 1280]) {
        await page.setViewportSize({ width, height: 800 })
        await fits(page, `${name}, ${language}, ${width}`)
        await picture(page, `${language}-${name}-${width}`)
        for (const tab of await page.getByRole('tab').all()) {
          if (name !== 'account') break
          await tab.click()
          await fits(page, `${name}, ${await tab.innerText()}, ${language}, ${width}`)
        }
      }
    }
    await page.setViewportSize({ width: 1280, height: 800 })
  }
  if (faults.length > 0) throw new Error(faults.join('\n'))
})
