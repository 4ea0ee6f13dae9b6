import { renderToStaticMarkup } from 'react-dom/server'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { setTimeZone } from '../locale/format'
import { Ago, At } from './Time'

beforeEach(() => vi.stubGlobal('navigator', { languages: ['en-US'] }))
afterEach(() => {
  setTimeZone(undefined)
  vi.unstubAllGlobals()
})

const noon = '2021-07-01T12:00:00Z'

test.each([
  ['Europe/Rome', '02:00 PM', '2:00:00 PM'],
  ['America/New_York', '08:00 AM', '8:00:00 AM'],
  ['Pacific/Auckland', '12:00 AM', '12:00:00 AM'],
])('in %s noon of Greenwich is %s', (zone, short, exact) => {
  setTimeZone(zone)
  const plain = (html: string) => html.replaceAll(/\s/g, ' ')
  const at = plain(renderToStaticMarkup(<At at={noon} />))
  expect(at).toContain(short)
  expect(at).toContain(exact)
  expect(at).toContain(`dateTime="${noon}"`)
  expect(plain(renderToStaticMarkup(<Ago at={noon} />))).toContain(exact)
})
