import { expect, test } from 'vitest'
import { dayEnd, dayStart } from './calls/days'
import { accountSearch, idParam } from './search-params'

test('an address with rubbish in it shows the plain list', () => {
  const search = accountSearch({
    q: 201,
    page: -1,
    group: 'x',
    kind: 'robot',
    enabled: 'maybe',
    online: true,
    sort: ['a'],
  })
  expect(search).toEqual({ q: '201', online: true })
})

test('a day begins at its midnight and ends at the next', () => {
  const start = new Date(dayStart('2026-03-01') ?? '')
  const end = new Date(dayEnd('2026-03-01') ?? '')
  expect([start.getHours(), end.getHours(), end.getDate()]).toEqual([0, 0, 2])
  expect(dayStart('soon')).toBeUndefined()
  expect(dayEnd(undefined)).toBeUndefined()
})

test.each([
  ['7', 7],
  ['undefined', 0],
  ['0', 0],
  ['-1', 0],
  ['1.5', 0],
  ['99999999999999999999', 0],
])('the id in the path %j is %d', (value, id) => expect(idParam(value)).toBe(id))
