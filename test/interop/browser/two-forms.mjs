// Two administrators open Add user at once; then one of them leaves the form open for eleven minutes, twice. The test
// moves the server's clock, the scenario that of the page.
import { accessible, hear, offered, open, picture, run, signIn, tell, visit, want } from './lib.mjs'

const { URL: base, PASSWORD: password } = process.env

await run(async (started) => {
  const first = await open()
  started(first)
  const second = await visit(first.browser)
  const [anna, ben] = [first.page, second.page]
  await anna.clock.install()
  await signIn(anna, base, 'owner', password)
  await signIn(ben, base, 'bea', password)
  const ok = (page) => page.getByRole('button', { name: 'OK', exact: true }).click()
  const number = (page) => page.locator('input[name="number"]')
  const create = async (page, name, value) => {
    await page.getByLabel('First name').fill(name)
    await ok(page)
    await page.getByText(new RegExp(`Account created: ${name}, number ${value}`)).waitFor()
  }

  // At once: each form has a number of its own, and both are saved with it.
  await Promise.all([anna, ben].map((page) => page.goto(`${base}/accounts/new?group=1`)))
  const [hers, his] = await Promise.all([offered(anna), offered(ben)])
  want(hers !== his, `both forms were offered ${hers}`)
  await Promise.all([create(anna, 'Carla', hers), create(ben, 'Dario', his)])

  // Eleven minutes: the form says so, and nothing that was typed is lost.
  await anna.goto(`${base}/accounts/new?group=1`)
  const kept = await offered(anna)
  await anna.getByText('Free, and kept for this form').waitFor()
  await anna.getByLabel('First name').fill('Emma')
  await anna.getByLabel('E-mail').fill('emma@example.org')
  await anna.getByRole('tab', { name: /^Address/ }).click()
  await anna.getByLabel('City').fill('Torino')
  const wait = async (event) => {
    tell(event)
    await hear()
    await anna.clock.fastForward('11:00')
    await anna.getByText(`${kept} is not kept for this form any longer. It is still free.`).waitFor()
  }
  await wait('WAITS')
  await accessible(anna, 'a number that is kept no longer')
  await picture(anna, 'number-lapsed')
  await anna.getByRole('button', { name: 'Keep the next free number' }).click()
  await anna.getByText('Free, and kept for this form').waitFor()
  want((await number(anna).inputValue()) === kept, 'the number is free and was not offered again')

  // Eleven minutes more, and somebody else takes the number meanwhile.
  await wait('AGAIN')
  await ben.goto(`${base}/accounts/new?group=1`)
  want((await offered(ben)) === kept, 'a number that is kept for nobody is not offered')
  await create(ben, 'Fabio', kept)
  await ok(anna)
  await anna.getByText(`The number ${kept} was not kept any longer.`).waitFor()
  await anna.getByText(/Taken by Fabio/).first().waitFor()
  await picture(anna, 'number-taken-meanwhile')
  want((await anna.getByLabel('First name').inputValue()) === 'Emma', 'the name is lost')
  want((await anna.getByLabel('City').inputValue()) === 'Torino', 'the city is lost')
  await anna.getByRole('button', { name: /^Use \d+$/ }).click()
  const next = await number(anna).inputValue()
  want(next !== kept, 'the same number is offered again')
  await ok(anna)
  await anna.getByText(`Account created: Emma, number ${next}`).waitFor()
  const { items } = await (await first.context.request.get(`${base}/api/v1/users?q=emma`)).json()
  want(items[0]?.city === 'Torino' && items[0]?.email === 'emma@example.org', `saved ${JSON.stringify(items[0])}`)

  const faults = [...first.faults, ...second.faults]
  if (faults.length > 0) throw new Error(faults.join('\n'))
  tell('DONE')
})
