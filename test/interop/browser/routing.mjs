// How calls reach somebody, drawn: what is missing is said and mended, the picture is changed in place, two administrators
// save at once, a call is tried, people forward their own calls, and deleting asks about those to whom calls go.
import { accessible, fits, inScheme, open, picture, run, signIn, tell, visit, want, choose } from './lib.mjs'

const { URL: base, PASSWORD: password, ANNA: anna, BEN: ben } = process.env

await run(async (started) => {
  const opened = await open()
  started(opened)
  const { page, browser, faults } = opened
  const dialog = page.getByRole('dialog')
  const button = (name, on = page) => on.getByRole('button', { name, exact: true })
  const row = (name) => page.getByRole('row', { name })
  const whom = (when, on = page) => on.getByRole('combobox', { name: `${when}: calls go to` })
  const branch = (when, on = page) => on.locator(`[data-case="${when}"]`)
  const clear = (when) => branch(when).locator('button[aria-label="Clear"]')
  const send = (when, typed, option) => choose(whom(when), option, typed)
  const look = async (name, on = page) => {
    await on.waitForLoadState('networkidle').catch(() => {})
    for (const colorScheme of ['dark', 'light']) {
      await inScheme(on, colorScheme)
      await accessible(on, `${name}, ${colorScheme}`)
      await picture(on, `routing-${name}${colorScheme === 'dark' ? '-dark' : ''}`)
    }
    await on.setViewportSize({ width: 360, height: 740 })
    await fits(on, name)
    await accessible(on, `${name}, small`)
    await picture(on, `routing-${name}-360`)
    await on.setViewportSize({ width: 1280, height: 800 })
  }

  // R1, R2: from the list to the picture, which says that callers reach a mailbox only, and what mends it.
  await signIn(page, base, 'owner', password)
  await page.goto(`${base}/accounts`)
  await row(/Ben Carlsen/).getByRole('button', { name: /Actions for/ }).click()
  await page.getByRole('menuitem', { name: 'Routing', exact: true }).click()
  await page.getByRole('heading', { name: 'Routing of Ben Carlsen' }).waitFor()
  const notice = page.getByRole('region', { name: 'Callers would only reach the mailbox.' })
  await notice.getByText('No phone is registered').waitFor()
  await notice.getByRole('link', { name: 'Set up a phone for this account' }).waitFor()
  await look('incomplete')
  await button('Say who gets the calls').click()
  await page.waitForFunction(() => document.activeElement?.closest('[data-case="offline"]'))
  await send('No phone reachable', 'cleo', /Cleo Dahl/)
  await page.getByText('1 unsaved change', { exact: true }).waitFor()
  await button('OK').click()
  await page.getByText('Routing updated: Ben Carlsen').waitFor()
  await notice.waitFor({ state: 'detached' })
  await page.reload()
  await branch('offline').getByRole('link', { name: /Cleo Dahl 202/ }).waitFor()

  // The picture of somebody with a phone, reached from the form, and changed in place.
  await page.goto(`${base}/accounts/${anna}`)
  await page.getByRole('link', { name: 'Routing', exact: true }).click()
  await page.getByRole('heading', { name: 'Routing of Anna Berg' }).waitFor()
  for (const text of ['front', '+4533736501', 'They ring for 20 s', 'No answer after 20 s']) {
    await page.getByText(text).first().waitFor()
  }
  await page.getByRole('region', { name: 'Phones', exact: true }).getByText('Online').waitFor()
  await look('plain')
  await button('Edit routing').click()
  await send('No answer', 'ben', /Ben Carlsen/)
  await send('Busy', 'cleo', /Cleo Dahl/)
  await send('All calls', 'cleo', /Cleo Dahl/)
  await page.getByText('Silent now: all calls go on').waitFor()
  await page.getByText('3 unsaved changes').waitFor()
  await look('edit')
  await page.getByLabel('In force').click()
  await page.getByText('They ring for 20 s').waitFor()
  await page.getByRole('switch', { name: 'Do not disturb' }).click()
  await page.getByText('Silent now: do not disturb').waitFor()
  await page.getByRole('switch', { name: 'Do not disturb' }).click()
  await button('OK').click()
  await page.getByText('Routing updated: Anna Berg').waitFor()
  await page.reload()
  await branch('always').getByText('Paused').waitFor()
  await branch('noAnswer').getByRole('link', { name: /Ben Carlsen 201/ }).waitFor()
  await look('forwarded')

  // Two save at once: which fields differ is listed, and each is decided.
  const write = (body) =>
    page.evaluate(
      async ([url, sent]) =>
        (
          await fetch(url, {
            method: 'PATCH',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify(sent),
          })
        ).status,
      [`${base}/api/v1/users/${anna}/forwarding`, body],
    )
  await button('Edit routing').click()
  await whom('Busy').waitFor()
  want((await write({ busy: { id: Number(ben) } })) === 200, 'the other one can’t save')
  await clear('busy').click()
  await button('OK').click()
  const differs = page.getByRole('alert').getByRole('row', { name: /Busy/ })
  await differs.getByText('Ben Carlsen 201').waitFor()
  await look('conflict')
  await differs.getByRole('button', { name: 'Take theirs' }).click()
  want(/Ben Carlsen/.test(await whom('Busy').inputValue()), 'theirs is not taken')
  await button('OK').click()
  await page.getByText('Routing updated: Anna Berg').waitFor()
  await branch('busy').getByRole('link', { name: /Ben Carlsen/ }).waitFor()
  // What is left without saving stays as it was.
  await button('Edit routing').click()
  await clear('busy').click()
  await button('Cancel').click()
  await branch('busy').getByRole('link', { name: /Ben Carlsen/ }).waitFor()

  // R5: the call is tried from here; where it would go on is told case by case, also from there.
  await page.getByRole('link', { name: 'Try a call' }).click()
  const result = page.getByRole('region', { name: 'Result' })
  await result.getByText('Anna Berg is called: one phone rings for 20 s.').waitFor()
  await result.getByText('If nobody answers within 20 s:').waitFor()
  await result.getByText('If Anna Berg is busy or declines:').waitFor()
  await result.getByText('Ben Carlsen has calls forwarded when no phone can be reached.').first().waitFor()
  await look('tried')

  // Where numbers, aliases and phones are given, one comes from the picture.
  await page.goto(`${base}/accounts/${anna}/routing`)
  await page.getByRole('link', { name: 'Add number' }).click()
  await page.waitForFunction(
    (name) => [...document.querySelectorAll('[role="dialog"] input')].some((input) => input.value.includes(name)),
    'Anna Berg',
  )
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await page.goto(`${base}/accounts/${anna}/routing`)
  await page.getByRole('link', { name: 'Add extension' }).click()
  const aliases = page.getByRole('combobox', { name: 'Aliases' })
  await aliases.waitFor()
  await page.waitForFunction(() => window.scrollY > 0)
  await page.goto(`${base}/accounts/${anna}/routing`)
  await page.getByRole('link', { name: 'Add phone' }).click()
  await page.waitForURL(/\/devices\/\d+/)

  // P1: Ben forwards his own calls, by number, with what is wrong beside the field.
  const his = await visit(browser)
  const own = his.page
  await signIn(own, base, 'ben.carlsen', 'the first one of Ben')
  await own.getByRole('button', { name: /Ben Carlsen/ }).click()
  await own.getByRole('menuitem', { name: 'My call forwarding' }).click()
  await own.getByRole('heading', { name: 'My call forwarding' }).waitFor()
  await branch('offline', own).getByText('Cleo Dahl').waitFor()
  await look('mine', own)
  await button('Edit routing', own).click()
  const number = (when) => own.getByRole('textbox', { name: `${when}: calls go to` })
  for (const [typed, says] of [
    ['4711', 'There is no such account with a number.'],
    ['201', "Calls can't be forwarded to the one who is called."],
  ]) {
    await number('Busy').fill(typed)
    await button('OK', own).click()
    await branch('busy', own).getByText(says).waitFor()
    want(await number('Busy').evaluate((field) => field === document.activeElement), 'the field with the error has no focus')
  }
  await look('mine-error', own)
  await number('Busy').fill('200')
  await own.getByRole('switch', { name: 'Do not disturb' }).click()
  await button('OK', own).click()
  await own.getByText('Your call forwarding is changed.').waitFor()
  await branch('busy', own).getByText('Anna Berg').waitFor()
  await own.reload()
  await own.getByText('Silent now: do not disturb').waitFor()
  await his.context.close()

  // U7: deleting Ben asks about the calls that go to him.
  await page.goto(`${base}/accounts`)
  await row(/Ben Carlsen/).getByRole('button', { name: /Actions for/ }).click()
  await page.getByRole('menuitem', { name: 'Delete', exact: true }).click()
  const unanswered = dialog.getByRole('group', { name: /Calls that somebody does not answer/ })
  await unanswered.getByText('Anna Berg').waitFor()
  await look('delete')
  const answer = async (group, way, to) => {
    await choose(group.getByLabel('What becomes of it'), way)
    if (to) await choose(group.getByLabel('Goes to'), new RegExp(to, 'i'), to)
  }
  await answer(unanswered, 'Forwarded to somebody else', 'cleo')
  await answer(dialog.getByRole('group', { name: /who is busy/ }), 'No longer forwarded')
  await button('OK', dialog).click()
  await page.getByText(/Account deleted: Ben Carlsen/).waitFor()
  await page.goto(`${base}/accounts/${anna}/routing`)
  await branch('noAnswer').getByRole('link', { name: /Cleo Dahl/ }).waitFor()
  await branch('busy').getByText('The mailbox takes the call').waitFor()

  // The audit log tells it in words.
  await page.goto(`${base}/settings?tab=audit&kind=forwarding`)
  await page.getByText('Forwarding changed: Anna Berg').first().click()
  await page.getByText('Busy', { exact: true }).first().waitFor()
  await look('audit')
  faults.push(...his.faults)
  if (faults.length > 0) throw new Error(faults.join('\n'))
  tell('DONE')
})
