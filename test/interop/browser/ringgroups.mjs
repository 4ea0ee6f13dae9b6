// Ring groups as the manual tells it: one is made by the form, its members are put in order by the keyboard, outside numbers
// lead to it, a call to it is tried, two administrators save at once, a member's account goes, and the group itself goes
// and comes back.
import { accessible, choose, fits, inScheme, open, picture, run, signIn, tell, visit, want } from './lib.mjs'

const { URL: base, PASSWORD: password, ANNA: anna } = process.env

await run(async (started) => {
  const opened = await open()
  started(opened)
  const { page, browser, context, faults } = opened
  const dialog = page.getByRole('dialog')
  const button = (name, on = page) => on.getByRole('button', { name, exact: true })
  const row = (name, on = page) => on.getByRole('row', { name })
  const region = (name, on = page) => on.getByRole('region', { name, exact: true })
  const number = page.locator('input[name="number"]')
  const then = page.getByRole('combobox', { name: 'If nobody takes the call' })
  const members = page.getByRole('table', { name: 'Members' })
  const order = () => members.locator('tbody tr td:nth-child(3)').allInnerTexts()
  const menu = async (name, item) => {
    await row(name).getByRole('button', { name: /Actions for/ }).click()
    await page.getByRole('menuitem', { name: item, exact: true }).click()
  }
  const look = async (name, on = page) => {
    await on.waitForLoadState('networkidle').catch(() => {})
    for (const colorScheme of ['dark', 'light']) {
      await inScheme(on, colorScheme)
      await accessible(on, `${name}, ${colorScheme}`, { before: colorScheme === 'light' })
      await picture(on, `ringgroups-${name}${colorScheme === 'dark' ? '-dark' : ''}`)
    }
    await on.setViewportSize({ width: 360, height: 740 })
    await fits(on, name)
    await accessible(on, `${name}, small`)
    await picture(on, `ringgroups-${name}-360`)
    await on.setViewportSize({ width: 1280, height: 800 })
  }

  // The empty list says what a ring group is, and leads to the form.
  await signIn(page, base, 'owner', password)
  await page.getByRole('link', { name: 'Ring groups' }).click()
  await page.getByText(/A ring group is a number behind which several people are called/).waitFor()
  await look('empty')
  await page.getByRole('link', { name: 'New ring group' }).last().click()

  // A number that somebody has is refused beside its field; a free one is offered.
  await page.getByLabel('(*) Name').fill('Sales')
  await number.fill('200')
  await page.getByText('Taken by Anna Berg (extension)').waitFor()
  await button('Create').click()
  await page.getByText('"200" is the number of Anna Berg.').waitFor()
  want(await number.evaluate((field) => field === document.activeElement), 'the field with the error has no focus')
  await look('error')
  await number.fill('')
  await button('Use a free number').click()
  await page.waitForFunction(() => /^\d+$/.test(document.querySelector('input[name="number"]').value))
  await number.fill('701')

  // Members are found one after the other, and put in order by the keyboard; the picture follows.
  const add = (name, typed) => choose(page.getByRole('combobox', { name: 'Add a member' }), name, typed)
  await add(/Anna Berg/, 'anna')
  await add(/Ben Carlsen/, 'ben')
  await add(/Cleo Dahl/, 'cleo')
  await region('Who is called').getByText('All at once, for 20 s').waitFor()
  await page.getByLabel('One after the other').check()
  await page.getByLabel('Each rings for, in seconds').fill('8')
  await region('Who is called').getByText('One after the other, 8 s each').waitFor()
  const cleo = row(/Cleo Dahl/, members)
  for (const want2 of [['Anna Berg', 'Cleo Dahl', 'Ben Carlsen'], ['Cleo Dahl', 'Anna Berg', 'Ben Carlsen']]) {
    await cleo.focus()
    await page.keyboard.press('m')
    const up = page.getByRole('menuitem', { name: 'Move up' })
    await up.waitFor()
    for (let n = 0; n < 20 && !(await up.evaluate((one) => one === document.activeElement)); n += 1) {
      await page.keyboard.press('ArrowDown')
    }
    await page.keyboard.press('Enter')
    await up.waitFor({ state: 'detached' })
    want((await order()).join() === want2.join(), `the order is ${await order()}`)
    want(await cleo.evaluate((one) => one === document.activeElement), 'the focus does not follow the member')
  }
  want(/Cleo Dahl.*Anna Berg.*Ben Carlsen/s.test(await region('Who is called').innerText()), 'the picture does not follow')
  await choose(then, /Dora Elm/, 'dora')
  await region('If nobody takes the call').getByText('Dora Elm').waitFor()
  await page.evaluate(() => window.scrollTo(0, 0))
  await look('form')

  // Leaving with what is not saved asks.
  await page.getByRole('link', { name: 'Numbers', exact: true }).click()
  await dialog.getByText('Leave without saving?').waitFor()
  await button('Stay here', dialog).click()
  await button('Create').click()
  await page.getByText('Ring group created: Sales').waitFor()
  await row(/^Sales/).getByText('One after the other').waitFor()
  await look('list')

  // Another one, made for its calls to go on to Sales.
  await page.keyboard.press('n')
  await page.getByRole('heading', { name: 'New ring group' }).waitFor()
  await page.getByLabel('(*) Name').fill('Night')
  await add(/Dora Elm/, 'dora')
  await then.click()
  await page.getByRole('option', { name: 'Sales 701' }).waitFor()
  await look('choice')
  await choose(then, /Sales 701/, 'sal')
  await button('Create').click()
  await page.getByText('Ring group created: Night').waitFor()

  // Outside numbers lead to it: a new one from its own page, and one that led nowhere.
  await page.getByRole('link', { name: 'Sales', exact: true }).click()
  await region('Outside numbers').getByText('No outside number leads here yet.').waitFor()
  await region('Outside numbers').getByRole('link', { name: 'Add number' }).click()
  const leads = dialog.getByRole('combobox', { name: 'Leads to' })
  await page.waitForFunction(() =>
    [...document.querySelectorAll('[role="dialog"] input')].some((input) => input.value === 'Sales 701'),
  )
  await dialog.getByLabel('Number', { exact: true }).fill('+45 33 73 65 02')
  await look('outside-add')
  await button('Add number', dialog).click()
  await page.getByText('Outside number added: +45 33 73 65 02').waitFor()
  await row(/65 02/).getByRole('link', { name: 'Sales' }).waitFor()
  await menu(/65 01/, 'Edit')
  await choose(leads, /Sales 701/, 'sal')
  await button('OK', dialog).click()
  await page.getByText('Outside number updated: +45 33 73 65 01').waitFor()
  await row(/65 01/).getByRole('link', { name: 'Sales' }).waitFor()
  await page.getByRole('tab', { name: 'Plan' }).click()
  await row(/^701/).getByText('ring group', { exact: true }).waitFor()
  await row(/^701/).getByRole('link', { name: 'Sales' }).click()
  await region('Numbers').getByText('+4533736502').waitFor()
  await look('led')

  // R5: a call to it is tried from the list. Cleo has no phone: Anna rings, then Ben, then it goes on to Dora.
  await page.getByRole('link', { name: 'Ring groups' }).click()
  await menu(/^Sales/, 'Try a call')
  const result = page.getByRole('region', { name: 'Result' })
  await result.getByText('Sales is called: one phone rings for 8 s.').waitFor()
  for (const text of [
    'The ring group Sales', 'No phone of Cleo Dahl is registered.', /^Phone \S+ of Anna Berg rings\.$/, 'Then, for 8 s:',
    /^Phone \S+ of Ben Carlsen rings\.$/, 'If nobody takes it:', 'Nobody of Sales takes the call: it goes on.',
  ]) {
    await result.getByText(text).first().waitFor()
  }
  want((await result.locator('.tried-then .tried-then').count()) === 0, 'members who follow are told deeper and deeper')
  await look('tried')

  // Whoever is a member sees it in the routing, and as a person in his own.
  await page.goto(`${base}/accounts/${anna}/routing`)
  await page.getByText('They also ring for calls to:').waitFor()
  await page.getByRole('link', { name: 'Sales 701' }).waitFor()
  await look('member')
  const hers = await visit(browser)
  await signIn(hers.page, base, 'anna.berg', 'the first one of Anna')
  await hers.page.goto(`${base}/my/routing`)
  await hers.page.getByText('They also ring for calls to: Sales 701').waitFor()
  want((await hers.page.getByRole('link', { name: /Sales/ }).count()) === 0, 'a person is led to where he may not be')
  faults.push(...hers.faults)
  await hers.context.close()

  // Who may look and not change sees the picture alone.
  const sales = (await (await context.request.get(`${base}/api/v1/ring-groups?q=sales`)).json()).items[0]
  const his = await visit(browser)
  await signIn(his.page, base, 'dora.elm', 'the first one of Dora')
  await his.page.goto(`${base}/ring-groups/${sales.id}`)
  await region('Who is called', his.page).getByText('Cleo Dahl').waitFor()
  want((await his.page.locator('main input').count()) === 0, 'somebody can type who may not change anything')
  await look('reader', his.page)
  faults.push(...his.faults)
  await his.context.close()

  // Two save at once: which fields differ is listed, and what only one changed is kept.
  await page.goto(`${base}/ring-groups/${sales.id}`)
  const seconds = page.getByLabel('Each rings for, in seconds')
  await seconds.fill('7')
  await page.getByRole('switch', { name: /Leave out members/ }).click()
  const status = await page.evaluate(
    async ([url, body]) =>
      (await fetch(url, { method: 'PATCH', headers: { 'Content-Type': 'application/json' }, body })).status,
    [`${base}/api/v1/ring-groups/${sales.id}`, JSON.stringify({ ringSeconds: 9 })],
  )
  want(status === 200, 'the other one can’t save')
  await button('Update').click()
  const differs = page.getByRole('alert').getByRole('row', { name: /Ring time/ })
  await look('conflict')
  await differs.getByRole('button', { name: 'Take theirs' }).click()
  want((await seconds.inputValue()) === '9', 'theirs is not taken')
  await button('Update').click()
  await page.getByText('Ring group changed: Sales').waitFor()

  // U7: deleting Ben asks what becomes of his place.
  await page.goto(`${base}/accounts`)
  await menu(/Ben Carlsen/, 'Delete')
  const place = dialog.getByRole('group', { name: /Ring group that it is a member of/ })
  await place.getByRole('link', { name: 'Sales' }).waitFor()
  await choose(place.getByLabel('What becomes of it'), 'Somebody else takes its place')
  await choose(place.getByLabel('Goes to'), /Dora Elm/, 'dora')
  await look('member-delete')
  await button('OK', dialog).click()
  await page.getByText(/Account deleted: Ben Carlsen/).waitFor()
  await page.goto(`${base}/ring-groups/${sales.id}`)
  await members.waitFor()
  want((await order()).join() === 'Cleo Dahl,Anna Berg,Dora Elm', `the order is ${await order()}`)

  // The group itself goes, after it was asked what becomes of the numbers and calls that lead to it, and comes back.
  await button('Delete').click()
  await choose(
    dialog.getByRole('group', { name: /Outside number that leads to it/ }).getByLabel('What becomes of it'),
    'Leads nowhere',
  )
  const calls = dialog.getByRole('group', { name: /Calls that nobody of a ring group takes/ })
  await calls.getByText('Night').waitFor()
  await choose(calls.getByLabel('What becomes of it'), 'They end')
  await look('delete')
  await button('OK', dialog).click()
  await page.getByText('Ring group deleted: Sales').waitFor()
  await row(/^Sales/).waitFor({ state: 'detached' })
  await button('Undo').click()
  await page.getByText(/Restored: Sales\./).waitFor()
  await row(/^Sales/).getByText('701').waitFor()
  await row(/Night/).getByText('Sales 701').waitFor()

  // The audit log tells it in words, and the search finds it.
  await page.goto(`${base}/settings?tab=audit&kind=ring_group`)
  await page.getByText('Ring group created: Sales').first().click()
  await page.getByText('How it rings', { exact: true }).first().waitFor()
  await look('audit')
  await page.keyboard.press('/')
  await page.getByRole('combobox', { name: /Search/ }).fill('sales')
  await page.getByRole('option', { name: /Sales 701 · Ring group/ }).click()
  await page.getByRole('heading', { name: 'Ring group Sales' }).waitFor()
  if (faults.length > 0) throw new Error(faults.join('\n'))
  tell('DONE')
})
