// What the browser tests share: Chromium, counted actions, pictures, and a way to talk with the Go test that started
// them: it reads lines "EVENT json" and answers with a line on standard input.
import { chromium } from 'playwright-core'
import { createInterface } from 'node:readline'
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
]

// A microphone that beeps once a second, and a user who lets the page have it.
const beeping = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']

/** Opens a page in a fresh browser, with a microphone when told to. */
export async function open({ microphone = false, ...options } = {}) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell', args: microphone ? [...flags, ...beeping] : flags,
  })
  return visit(browser, options)
}

/**
 * Opens a page with cookies of its own in a browser that runs. The certificate is that of the server's own authority,
 * which the browser does not know.
 */
export async function visit(browser, { width = 1280, height = 800, scheme = 'light', language = 'en' } = {}) {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true, viewport: { width, height }, colorScheme: scheme, locale: language === 'en' ? 'en-GB' : language, reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(60000)
  const faults = []
  page.on('pageerror', (e) => faults.push(`page error: ${e.message}`))
  page.on('console', (m) => {
    if (m.type() === 'error' && !/status of (401|404|409|412|422)/.test(m.text())) faults.push(`console: ${m.text()}`)
  })
  return { browser, context, page, faults }
}

/** Signs somebody in. */
export async function signIn(page, base, login, password) {
  await page.goto(base)
  await page.getByLabel('Login').fill(login)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
}

/** Waits until a form was offered a number, and gives it. */
export async function offered(page) {
  const field = page.locator('input[name="number"]')
  await page.waitForFunction(() => /^\d+$/.test(document.querySelector('input[name="number"]')?.value ?? ''))
  return field.inputValue()
}

/**
 * Opens a field that offers a list, types into it when told to, and takes what is named. What a page does while one
 * clicks can move the field away from under the click, which is then lost: people see no list and click again.
 */
export async function choose(field, option, typed) {
  for (let tries = 1; ; tries++) {
    if ((await field.getAttribute('aria-expanded')) !== 'true') await field.click()
    if (typed) await field.fill(typed)
    const list = field.page().locator(`[id="${await field.getAttribute('aria-controls')}"]`)
    const offer = list.getByRole('option', { name: option })
    try {
      await offer.waitFor({ timeout: 12000 })
      return await offer.click()
    } catch (e) {
      if (tries === 5) throw e
    }
  }
}

/** Wants something to be so. */
export function want(is, what) {
  if (!is) throw new Error(what)
}

/** Counts what a person does. */
export class Actions {
  list = []
  async click(what, locator) {
    this.list.push(`click ${what}`)
    await locator.click()
  }
  async type(what, locator, text) {
    this.list.push(`type ${what}`)
    await locator.fill(text)
  }
}

const pictures = process.env.SCREENSHOTS

/** Takes a picture for the manual, when a folder for them is given. */
export async function picture(page, name) {
  if (!pictures) return
  mkdirSync(pictures, { recursive: true })
  await page.evaluate(() => document.fonts.ready)
  await page.screenshot({ path: path.join(pictures, `${name}.png`), animations: 'disabled' })
}

/** Shows the page light or dark. It follows by script; its colours are on their way only from then on. */
export async function inScheme(page, colorScheme) {
  await page.emulateMedia({ colorScheme })
  await page.waitForFunction((to) => document.documentElement.dataset.mantineColorScheme === to, colorScheme)
}

const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')
const looks = process.env.RINGFENCE_TEST_DATABASE !== 'postgres' // how pages look does not depend on the database

const everything = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }
const colours = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }

/** Wants the page to be free of what axe finds. Where it was looked at in other colours before, colours are enough. */
export async function accessible(page, name, { before = false } = {}) {
  if (!looks) return
  // A colour that is on its way from one to another has no contrast to judge.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((a) => a.finished)))
  // What is half scrolled under the line at the top is not small for that.
  const scrolled = await page.evaluate(() => {
    const y = window.scrollY
    window.scrollTo(0, 0)
    return y
  })
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe) // once in each document
  const violations = await page.evaluate(async (runOnly) => {
    const found = await window.axe.run(document, { runOnly, resultTypes: ['violations'] })
    return found.violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ html }) => ({ html })) }))
  }, before ? colours : everything)
  await page.evaluate((y) => window.scrollTo(0, y), scrolled)
  if (violations.length > 0) {
    const text = violations.map((v) => `${v.id}: ${v.help}\n    ${v.nodes.map((n) => n.html).join('\n    ')}`)
    throw new Error(`${name} has accessibility faults:\n  ${text.join('\n  ')}`)
  }
}

/**
 * Wants find to find no faults in the page. A page that was just made narrower lays itself out by script, so what is
 * found must be gone after a while: others may have the processor.
 */
export async function faultless(page, name, find) {
  const until = Date.now() + 20000
  for (;;) {
    const faults = await page.evaluate(find)
    if (faults.length === 0) return
    if (Date.now() > until) throw new Error(`${name}:\n  ${faults.join('\n  ')}`)
    await page.waitForTimeout(50)
  }
}

/** Wants nothing to stick out at the side. */
export function fits(page, name) {
  return faultless(page, name, () => {
    const root = document.documentElement
    if (root.scrollWidth <= root.clientWidth) return []
    return [...document.querySelectorAll('body *')]
      .filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1)
      .slice(0, 5)
      .map((e) => `${e.tagName} ${e.className} ${e.textContent?.slice(0, 40)}`)
      .concat(`the page is ${root.scrollWidth} wide`)
  })
}

/** Tells the Go test something. */
export function tell(event, data = {}) {
  console.log(`${event} ${JSON.stringify(data)}`)
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

/** Waits for the Go test's next line. */
export async function hear() {
  const { value, done } = await lines.next()
  if (done) throw new Error('the test went away')
  return value
}

/** Runs a scenario and ends the process with its verdict. */
export async function run(scenario) {
  let browser, page
  try {
    await scenario((opened) => ({ browser, page } = opened))
    await browser?.close()
    process.exit(0)
  } catch (e) {
    if (page) await picture(page, 'failed').catch(() => {})
    console.log(`FAILED ${e.stack}`)
    await browser?.close().catch(() => {})
    process.exit(1)
  }
}
