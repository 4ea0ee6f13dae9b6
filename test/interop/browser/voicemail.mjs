// One's own mailbox: a message comes in while one looks, is played to its end, marked, deleted, brought back and forwarded;
// greetings are uploaded, recorded, listened to and taken away; administrators see how full mailboxes are.
import { accessible, fits, hear, inScheme, open, picture, run, signIn, tell, visit, want } from './lib.mjs'

const { URL: base, PASSWORD: password, GREETING: greeting, NO_GREETING: noGreeting } = process.env

await run(async (started) => {
  const opened = await open({ microphone: true })
  started(opened)
  const { page, browser, faults } = opened
  const button = (name, on = page) => on.getByRole('button', { name, exact: true })
  const row = page.getByRole('row', { name: /Anna Berg/ })
  const advice = page.getByRole('status')
  const look = async (name, on = page) => {
    await on.waitForLoadState('networkidle').catch(() => {})
    for (const colorScheme of ['dark', 'light']) {
      await inScheme(on, colorScheme)
      await accessible(on, `${name}, ${colorScheme}`)
      await picture(on, `voicemail-${name}${colorScheme === 'dark' ? '-dark' : ''}`)
    }
    await on.setViewportSize({ width: 360, height: 740 })
    await fits(on, name)
    await accessible(on, `${name}, small`)
    await picture(on, `voicemail-${name}-360`)
    await on.setViewportSize({ width: 1280, height: 800 })
  }
  const states = () =>
    page.evaluate(async () => (await (await fetch('/api/v1/me/voicemail')).json()).items.map(({ state }) => state).join())
  const menu = async (name) => {
    await row.getByRole('button', { name: /Actions for/ }).click()
    await page.getByRole('menuitem', { name, exact: true }).click()
  }
  const heard = () => page.evaluate(() => document.querySelector('audio').currentTime)
  const plays = async (what) => {
    await page.waitForFunction(() => !document.querySelector('audio').paused && document.querySelector('audio').currentTime > 0.2)
    const before = await heard()
    await page.waitForTimeout(500)
    const now = await heard()
    want(now > before, `${what} stands still at ${before} s`)
  }

  // What there is to read before anybody called.
  await signIn(page, base, 'ben.carlsen', 'the first one of Ben')
  await button('Signed in as Ben Carlsen').click()
  await page.getByRole('menuitem', { name: 'My voicemail', exact: true }).click()
  await page.getByText('No messages', { exact: true }).waitFor()
  await look('empty')

  // A message comes in while one looks.
  tell('LOOKING')
  await row.getByText('New', { exact: true }).waitFor()
  await page.getByRole('link', { name: '1 new voice message' }).waitFor()
  await hear()
  await button('Signed in as Ben Carlsen').click()
  await page.getByRole('menuitem', { name: 'My voicemail (1 new)', exact: true }).waitFor()
  await picture(page, 'voicemail-menu')
  await page.keyboard.press('Escape')

  // It is played by keyboard, held, gone on with, and heard to its end.
  await row.focus()
  await page.keyboard.press('Enter')
  await plays('the message')
  await button('Pause: Anna Berg').waitFor()
  await page.keyboard.press(' ')
  await button('Play: Anna Berg').waitFor()
  await page.getByRole('slider', { name: 'Position: Anna Berg' }).waitFor()
  await look('playing')
  await row.focus()
  await page.keyboard.press('ArrowLeft')
  want((await heard()) === 0, 'it does not go back to its beginning')
  want((await states()) === 'new', 'it is no longer new before it was heard')
  await page.keyboard.press(' ')
  await plays('the message')
  await row.getByText('New', { exact: true }).waitFor({ state: 'detached' })
  await page.getByRole('slider').waitFor({ state: 'detached' })
  want((await states()) === 'saved', 'it is not saved when it was heard')
  await page.getByRole('link', { name: /new voice message/ }).waitFor({ state: 'detached' })

  // New again, and heard without hearing it.
  await menu('Mark as new')
  await row.getByText('New', { exact: true }).waitFor()
  await row.getByRole('button', { name: /Actions for/ }).click()
  await page.getByRole('menuitem', { name: 'Forward…' }).waitFor()
  await look('actions')
  await page.keyboard.press('Escape')
  await menu('Mark as heard')
  await row.getByText('New', { exact: true }).waitFor({ state: 'detached' })

  // Deleted by a key, taken back, deleted, found again.
  await row.focus()
  await page.keyboard.press('Delete')
  await advice.getByText('Message deleted: Anna Berg').waitFor()
  await row.waitFor({ state: 'detached' })
  await button('Undo').click()
  await advice.getByText('Message brought back: Anna Berg').waitFor()
  await row.waitFor()
  await menu('Delete')
  await advice.getByText('Message deleted: Anna Berg').waitFor()
  await page.getByRole('tab', { name: 'Deleted' }).click()
  await row.waitFor()
  await look('deleted')
  await button('Bring back: Anna Berg').click()
  await page.getByText('Nothing was deleted in the last seven days.').waitFor()
  await page.getByRole('tab', { name: 'Messages' }).click()
  await row.waitFor()

  // A copy goes to colleagues by number; what is wrong stands beside the field.
  await menu('Forward…')
  const dialog = page.getByRole('dialog')
  const to = dialog.getByRole('textbox', { name: 'To' })
  for (const [typed, says] of [
    ['', 'Say who gets it.'],
    ['4711', 'Nobody with a mailbox is reached by 4711.'],
    ['201', 'This is your own mailbox.'],
  ]) {
    await to.fill(typed)
    await button('Forward', dialog).click()
    await dialog.getByText(says).waitFor()
  }
  await look('forward')
  await to.fill('200, cleo.dahl')
  await button('Forward', dialog).click()
  await advice.getByText('The message from Anna Berg went to 2 colleagues.').waitFor()
  const [download] = await Promise.all([page.waitForEvent('download'), menu('Download')])
  want(/^voicemail-\d{4}-\d\d-\d\d-\d{4}-anna-berg\.wav$/.test(download.suggestedFilename()), download.suggestedFilename())

  // What callers hear: the server's words, a file, one's own voice.
  await page.getByRole('tab', { name: 'Greetings' }).click()
  await page.getByText(/All callers now hear the server’s own words/).waitFor()
  const part = (name) => page.getByRole('region', { name, exact: true })
  const upload = async (name, file) => {
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button(`Upload WAV file: ${name}`).click()])
    await chooser.setFiles(file)
  }
  await upload('Usual greeting', noGreeting)
  await part('Usual greeting').getByText('This is not a WAV file.').waitFor()
  await look('greeting-refused')
  await upload('Usual greeting', greeting)
  await advice.getByText('Usual greeting: stored').waitFor()
  await page.getByText('All callers now hear your usual greeting.').waitFor()
  await button('Play: Usual greeting').click()
  await plays('the greeting')
  await button('Record: Away greeting').click()
  await part('Away greeting').getByText('Speak now').waitFor()
  await page.waitForFunction(() => document.querySelector('meter')?.value > 0.05)
  await look('recording')
  await page.waitForTimeout(1500)
  await button('Stop').click()
  await part('Away greeting').getByText('Your recording').waitFor()
  await button('Play: Your recording').click()
  await plays('the recording')
  await look('recorded')
  await button('Use it').click()
  await advice.getByText('Away greeting: stored').waitFor()
  await page.getByText('Your away greeting is on: all callers hear it, before any other.').waitFor()
  await page.getByText('All callers now hear your away greeting.').waitFor()
  await look('greetings')
  await button('Play: Away greeting').click()
  await plays('the away greeting')
  await button('Delete it').click()
  await advice.getByText('Away greeting: deleted').waitFor()
  await page.getByText(/Your away greeting is on/).waitFor({ state: 'detached' })
  await button('Undo').click()
  await advice.getByText('Away greeting: put back').waitFor()
  await upload('Away greeting', greeting)
  await advice.getByText('Away greeting: replaced').waitFor()

  // The same in other words.
  await page.getByRole('button', { name: 'Language' }).click()
  await page.getByRole('menuitem', { name: 'Italiano' }).click()
  await page.getByText('Ora tutti sentono il Suo annuncio di assenza.').waitFor()
  await look('greetings-italian')
  await page.getByRole('button', { name: 'Lingua' }).click()
  await page.getByRole('menuitem', { name: 'Deutsch' }).click()
  await page.getByRole('tab', { name: 'Nachrichten' }).click()
  await row.waitFor()
  await look('messages-german')

  // Where the browser keeps the microphone back, the page says so.
  const refusing = await visit(browser, {})
  await refusing.page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))
  })
  await signIn(refusing.page, base, 'anna.berg', 'the first one of Anna')
  await refusing.page.goto(`${base}/my/voicemail`)
  const copy = refusing.page.getByRole('row', { name: /Anna Berg/ })
  await copy.getByText('Forwarded').waitFor()
  await refusing.page.getByText(/Your mailbox is full/).waitFor()
  await look('full', refusing.page)
  await refusing.page.getByRole('tab', { name: 'Greetings' }).click()
  await button('Record: Usual greeting', refusing.page).click()
  await refusing.page.getByText(/The browser keeps the microphone from this page/).waitFor()
  await look('refused', refusing.page)
  await refusing.context.close()

  // How full mailboxes are, for administrators.
  const theirs = await visit(browser, {})
  await signIn(theirs.page, base, 'owner', password)
  await theirs.page.getByRole('navigation').getByRole('link', { name: 'Voicemail' }).click()
  const mailbox = (name) => theirs.page.getByRole('row', { name })
  await mailbox(/Anna Berg/).getByText('Full', { exact: true }).waitFor()
  await mailbox(/Ben Carlsen/).getByText('1 of 100').waitFor()
  await look('mailboxes', theirs.page)
  await theirs.page.getByRole('button', { name: 'Number' }).click()
  await theirs.page.waitForURL(/sort=number/)
  await mailbox(/Ben Carlsen/).getByRole('link').click()
  await theirs.page.getByRole('heading', { name: /Ben Carlsen/ }).waitFor()
  await theirs.page.getByRole('tab', { name: /^Settings/ }).click()
  const most = theirs.page.getByText('How many messages a mailbox holds. When it is full, callers are told so.').first()
  await most.waitFor()
  await most.evaluate((text) => text.scrollIntoView({ block: 'center' }))
  await look('settings', theirs.page)
  faults.push(...refusing.faults, ...theirs.faults)
  await theirs.context.close()
  if (faults.length > 0) throw new Error(faults.join('\n'))
  tell('DONE')
})
