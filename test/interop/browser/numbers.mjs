// The numbering plan as the manuals tell it: a pool offers its next free number, another is typed by hand, also outside
// the pool; symbols say what is taken. Outside numbers come singly, as a block and from a file.
import { accessible, fits, offered, open, picture, run, signIn, tell, want, inScheme, choose } from './lib.mjs'

const { URL: base, PASSWORD: password } = process.env

await run(async (started) => {
  const opened = await open()
  started(opened)
  const { page, context, faults } = opened
  const dialog = page.getByRole('dialog')
  const button = (name, on = page) => on.getByRole('button', { name, exact: true })
  const number = page.locator('input[name="number"]')
  const outside = async () =>
    (await (await context.request.get(`${base}/api/v1/numbers?kind=outside&sort=value`)).json()).items

  await signIn(page, base, 'owner', password)

  // 004: a pool with two numbers, for one group; it offers the first that is free, and says when it is full.
  await page.goto(`${base}/numbers?tab=pools`)
  await button('New pool').click()
  await dialog.getByLabel('Name').fill('Night')
  await dialog.getByLabel('First number').fill('0711')
  await dialog.getByLabel('Last number').fill('0712')
  await choose(dialog.getByRole('combobox', { name: 'For group' }), 'Sales')
  await accessible(page, 'new pool')
  await picture(page, 'pool-new')
  await button('OK', dialog).click()
  await page.getByText(/Pool created: Night, id \d+/).waitFor()
  await page.getByRole('row', { name: /Night/ }).getByRole('cell', { name: '0711 – 0712' }).waitFor()
  await accessible(page, 'pools')
  await picture(page, 'pools')

  await page.goto(`${base}/accounts/new?group=1`)
  want((await offered(page)) === '0711', 'the pool does not offer its first free number')
  await page.getByText('Free, and kept for this form (pool Night)').waitFor()

  // 003 and 004: symbols while a number is typed.
  for (const [typed, says, state] of [
    ['200', 'Taken by Anna Berg (extension)', 'taken'], ['front', 'Taken by Anna Berg (alias)', 'taken'],
    ['112', /Emergency/i, 'reserved'], ['*43', /feature/i, 'reserved'], ['7001', 'Free, and in no extension pool', 'free'],
  ]) {
    await number.fill(typed)
    const note = page.locator('.number-field .field-note').first()
    await note.getByText(says).waitFor()
    want((await note.getAttribute('data-state')) === state, `${typed} is ${await note.getAttribute('data-state')}`)
    await picture(page, `number-${typed.replace('*', 'star')}`)
  }

  // 004: changed by hand, outside the pool; the next form is offered the pool's number again.
  await page.getByLabel('First name').fill('Dora')
  await button('OK and add another').click()
  await page.getByText(/Account created: Dora, number 7001/).waitFor()
  want((await offered(page)) === '0711', 'the number that was kept is not offered again')
  for (const [name, value] of [['Emil', '0711'], ['Fay', '0712']]) {
    await page.waitForFunction((v) => document.querySelector('input[name="number"]')?.value === v, value)
    await page.getByLabel('First name').fill(name)
    await button('OK and add another').click()
    await page.getByText(new RegExp(`Account created: ${name}, number ${value}`)).waitFor()
  }
  // The group's pool has no room: the first with room gives the number.
  want(/^2\d\d$/.test(await offered(page)), `offered ${await number.inputValue()}`)
  await page.goto(`${base}/numbers?tab=pools`)
  await page.getByRole('row', { name: /Night/ }).getByText('full').waitFor()
  await picture(page, 'pool-full')

  // X4: one number, read as it is dialled in the country.
  await page.goto(`${base}/numbers`)
  await button('Add numbers').first().click()
  await dialog.getByLabel('Number', { exact: true }).fill('+45 33 73 65 06')
  await dialog.getByText('+45 33 73 65 06 · Free').waitFor()
  await choose(dialog.getByLabel('Leads to'), /Anna Berg/, 'anna')
  await accessible(page, 'one outside number')
  await picture(page, 'outside-one')
  await button('Add number', dialog).click()
  await page.getByText('Outside number added: +45 33 73 65 06').waitFor()

  // A block, whose last digits are extensions.
  await button('Add numbers').first().click()
  await dialog.getByText('A block').click()
  await dialog.getByLabel('First number').fill('+45 33 73 62 00')
  await dialog.getByLabel('Last number').fill('04')
  await choose(dialog.getByLabel('Last digits = extension'), '3 digits')
  await dialog.getByText('5 new, 0 changed, 0 as they are.').waitFor()
  await dialog.getByRole('row', { name: /\+45 33 73 62 01/ }).getByText('Ben Carlsen').waitFor()
  await accessible(page, 'a block of outside numbers')
  await picture(page, 'outside-block')
  await button('Add 5 numbers', dialog).click()
  await page.getByText('5 outside numbers added, 0 changed').waitFor()

  // A file: what is wrong with it is said by line, and nothing happens until all of it is right.
  await button('Add numbers').first().click()
  await dialog.getByText('From a file').click()
  const file = (text) => ({ name: 'numbers.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
  const upload = async (text) => {
    const asked = page.waitForEvent('filechooser')
    await dialog.getByRole('button', { name: /Choose file|numbers\.csv/ }).click()
    await (await asked).setFiles(file(text))
  }
  await upload('number,user,note\r\n+45 33 73 65 06,ben.carlsen,Ben now\r\n+45 33 73 65 10,nobody,\r\n')
  await dialog.getByText('1 line can’t be done.').waitFor()
  want(await button('Load', dialog).isDisabled(), 'a file with an error can be loaded')
  await accessible(page, 'a file with an error')
  await picture(page, 'outside-file-error')
  await upload('number,user,note\r\n+45 33 73 65 06,ben.carlsen,Ben now\r\n+45 33 73 65 10,,Spare\r\n')
  await dialog.getByText('1 new, 1 changed, 0 as they are.').waitFor()
  await picture(page, 'outside-file')
  await button('Load', dialog).click()
  await page.getByText('1 outside number added, 1 changed').waitFor()
  await accessible(page, 'outside numbers')
  await picture(page, 'outside-numbers')
  const all = await outside()
  want(all.length === 7, `${all.length} outside numbers`)
  const led = Object.fromEntries(all.map((n) => [n.value, n.leadsTo?.name ?? '']))
  want(led['+4533736506'] === 'Ben Carlsen' && led['+4533736200'] === 'Anna Berg' && led['+4533736204'] === '', JSON.stringify(led))
  // Those that lead nowhere stand first.
  want(/Leads nowhere/.test(await page.getByRole('row').nth(1).innerText()), 'the first row leads somewhere')

  // R5: where would a call to one of them go? It is told step by step, and the address shows the same again.
  await page.goto(`${base}/calls`)
  await page.getByRole('link', { name: 'Try a call' }).click()
  await choose(page.getByRole('combobox', { name: 'Caller' }), /Anna Berg/, 'anna')
  const dialled = page.getByLabel('Dialled')
  await dialled.fill('+45 33 73 65 06')
  await dialled.press('Enter')
  const result = page.getByRole('region', { name: 'Result' })
  await result.getByText('An outside number that leads to Ben Carlsen').waitFor()
  await result.getByText('The mailbox of Ben Carlsen takes a message.').waitFor()
  await result.getByText('No phone of Ben Carlsen is registered.').waitFor()
  await accessible(page, 'a call that is tried')
  await picture(page, 'try-call')
  await page.reload()
  await result.getByText('No phone of Ben Carlsen is registered.').waitFor()
  want(/Anna Berg/.test(await page.getByRole('combobox', { name: 'Caller' }).inputValue()), 'the address does not keep the caller')
  // Tried once more, it is asked once more.
  const again = page.waitForResponse((answer) => answer.url().includes('/calls/try?'))
  await button('Try').click()
  await again
  for (const [typed, says] of [['+45 33 73 62 04', /leads to nobody/], ['*43', /echo test/], ['4711', /Nobody has this number/]]) {
    await dialled.fill(typed)
    await button('Try').click()
    await result.getByText(says).first().waitFor()
  }
  await page.setViewportSize({ width: 360, height: 740 })
  await fits(page, 'a call that is tried')
  await picture(page, 'small-try-call')
  await page.setViewportSize({ width: 1280, height: 800 })

  // An alias with + is the same thing, seen from the account.
  await page.goto(`${base}/accounts/2`)
  await page.getByLabel('First name').waitFor()
  await picture(page, 'account-outside-numbers')

  // The plan holds everything; small and dark it is read as well.
  await inScheme(page, 'dark')
  await page.setViewportSize({ width: 360, height: 740 })
  for (const tab of ['outside', 'pools', 'plan']) {
    await page.goto(`${base}/numbers?tab=${tab}`)
    await page.getByRole('row').nth(1).waitFor()
    await fits(page, tab)
    await accessible(page, `${tab}, small and dark`)
    await picture(page, `small-numbers-${tab}`)
  }
  await page.goto(`${base}/numbers`)
  await button('Add numbers').first().click()
  await dialog.getByText('A block').click()
  await accessible(page, 'a block, small and dark')
  await picture(page, 'small-outside-block')
  if (faults.length > 0) throw new Error(faults.join('\n'))
  tell('DONE')
})
