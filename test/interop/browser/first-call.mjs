// From the printed link to the record of the first call, as a person goes: nothing is typed that the page already knows.
import { open, Actions, accessible, picture, tell, hear, run } from './lib.mjs'

const link = process.env.LINK

/** Reads a card word for word, with the certificate behind its link. */
async function read(page, context, name) {
  const card = page.getByRole('region', { name: new RegExp(`^Access card: ${name}`) })
  const field = (id) => card.locator(`[data-field="${id}"]`).innerText()
  const href = await card.getByRole('link', { name: 'Download the CA certificate' }).getAttribute('href')
  const ca = await (await context.request.get(new URL(href, page.url()).href)).text()
  const number = await card.getByRole('heading', { level: 2 }).locator('.digits').innerText()
  return {
    Number: number, User: await field('sipUsername'), Password: await field('sipPassword'), Domain: await field('domain'),
    Proxy: await field('outboundProxy'), Port: await field('port'), Transport: await field('transport'), CA: ca,
  }
}

await run(async (started) => {
  const opened = await open()
  started(opened)
  const { page, context, faults } = opened
  const does = new Actions()
  const button = (name) => page.getByRole('button', { name, exact: true })
  const field = (name) => page.getByLabel(name, { exact: true })

  await page.goto(link)
  await page.getByRole('heading', { name: 'Set up Ringfence' }).waitFor()
  await accessible(page, 'set-up')
  await picture(page, 'set-up')
  await does.type('First name', field('First name'), 'Olivia')
  await does.type('Password', field('Password'), 'seven green bottles on a wall')
  await does.click('Finish with the defaults', button('Finish with the defaults'))
  await page.getByRole('heading', { name: 'Ringfence is set up' }).waitFor()
  await accessible(page, 'certificate')
  await picture(page, 'certificate')

  await does.click('Make the first group', page.getByRole('link', { name: 'Make the first group' }).or(button('Make the first group')))
  await page.getByRole('heading', { name: 'Create Group' }).waitFor()
  await accessible(page, 'create group')
  await picture(page, 'create-group')
  await does.type('Group Name', page.getByLabel('Group Name'), 'Sales')
  await does.click('Create', button('Create'))
  await page.getByText(/Group created: Sales, id \d+/).waitFor()
  await accessible(page, 'groups')
  await picture(page, 'group-created')

  await does.click('Add accounts to it', page.getByRole('link', { name: 'Add accounts to it' }).or(button('Add accounts to it')))
  await does.type('First name', field('First name'), 'Anna')
  await accessible(page, 'add user')
  await picture(page, 'add-user')
  await does.click('OK and add another', button('OK and add another'))
  await page.getByRole('region', { name: /^Access card: Anna/ }).waitFor()
  tell('FIRST', await read(page, context, 'Anna'))
  await accessible(page, 'access card')
  await picture(page, 'access-card')

  await does.type('First name', field('First name'), 'Ben')
  await does.click('OK', button('OK'))
  await page.getByRole('region', { name: /^Access card: Ben/ }).waitFor()
  tell('SECOND', await read(page, context, 'Ben'))

  await hear() // both phones are registered: the list says so by itself
  const row = (name) => page.getByRole('row', { name: new RegExp(name) })
  await row('Anna').getByText('Online').waitFor()
  await row('Ben').getByText('Online').waitFor()
  await accessible(page, 'accounts')
  await picture(page, 'accounts-online')
  tell('ONLINE')

  await hear() // they talk
  await does.click('Calls', page.getByRole('link', { name: 'Calls', exact: true }))
  await page.getByRole('table', { name: 'Live calls' }).getByText('Talking').waitFor()
  await accessible(page, 'live call')
  await picture(page, 'live-call')
  tell('LIVE')

  await hear() // they have hung up
  const record = page.getByRole('table', { name: 'Call records' }).getByRole('row').nth(1)
  await record.getByText('Caller hung up').waitFor()
  await accessible(page, 'call records')
  await picture(page, 'call-records')
  if (faults.length > 0) throw new Error(faults.join('\n'))
  tell('DONE', { actions: does.list, row: (await record.innerText()).replace(/\s+/g, ' ') })
})
