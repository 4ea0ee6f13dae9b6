// Every page with every tab of it: free of what axe finds in light and dark, and without anything that sticks out on a
// small screen or in another language.
import { open, accessible, fits, picture, tell, run, inScheme } from './lib.mjs'

const { URL: base, PASSWORD: password, PATHS: paths, LANGUAGE: language } = process.env
const words = language !== 'en' // other words don't change what axe sees, but they are longer
const schemes = ['light', 'dark']

await run(async (started) => {
  const opened = await open({ language })
  started(opened)
  const { page, faults } = opened
  const settled = watch(page)

  await page.goto(`${base}/login`)
  await page.locator('form').waitFor()
  await look(page, '/login', [])
  await page.locator('input[autocomplete="username"]').fill('owner')
  await page.locator('input[type="password"]').fill(password)
  await page.locator('button[type="submit"]').click()
  await page.waitForURL(base + '/')
  await page.locator('main h1').waitFor()
  const spoken = await page.locator('html').getAttribute('lang')
  if (spoken !== language) throw new Error(`the page speaks ${spoken}, not ${language}`)

  const seen = []
  for (const path of paths.split(' ')) {
    await goTo(page, path)
    await settled()
    if (new URL(page.url()).pathname !== path) throw new Error(`${path} led to ${page.url()}`)
    const tabs = page.locator('main').getByRole('tab')
    const names = await tabs.allInnerTexts()
    await look(page, path, seen)
    for (const name of names) {
      const tab = tabs.filter({ hasText: name }).first()
      if ((await tab.getAttribute('aria-selected')) === 'true') continue
      await tab.click()
      await settled()
      await look(page, `${path} ${name}`, seen)
    }
  }
  if (faults.length > 0) throw new Error(faults.join('\n'))
  tell('DONE', { seen })
})

/**
 * Goes to a page: the first time by its address, as from a bookmark; in further languages within the page, which is a small
 * part of the work.
 */
async function goTo(page, path) {
  if (!words) return page.goto(base + path)
  await page.evaluate((to) => self.__TSR_ROUTER__.history.push(to), path)
  await page.waitForFunction((to) => {
    const { status, resolvedLocation } = self.__TSR_ROUTER__.state
    return status === 'idle' && resolvedLocation?.pathname === to
  }, path)
}

/** Gives a function that waits until the page has its heading and nothing that it asked for is on its way. */
function watch(page) {
  const asked = new Set()
  let changed = Date.now()
  const ours = (request) => /\/(api|assets)\//.test(request.url()) && !request.url().endsWith('/events')
  page.on('request', (r) => ours(r) && asked.add(r) && (changed = Date.now()))
  for (const over of ['requestfinished', 'requestfailed']) {
    page.on(over, (r) => asked.delete(r) && (changed = Date.now()))
  }
  page.on('framenavigated', () => asked.clear())
  return async () => {
    await page.locator('main h1').waitFor()
    changed = Date.now()
    while (asked.size > 0 || Date.now() - changed < 150) await page.waitForTimeout(30)
  }
}

async function look(page, name, seen) {
  const file = `${language}-${name.replace(/[^\w]+/g, '-')}`
  for (const colorScheme of words ? [] : schemes) {
    await inScheme(page, colorScheme)
    await accessible(page, `${name}, ${colorScheme}`, { before: colorScheme !== schemes[0] })
    await picture(page, `${file}-${colorScheme}`)
  }
  schemes.reverse() // the next is looked at first as this one is shown now
  await page.setViewportSize({ width: 360, height: 800 })
  await fits(page, name)
  await picture(page, `${file}-360`)
  await page.setViewportSize({ width: 1280, height: 800 })
  seen.push(name)
}
