import { beforeAll, expect, test, vi } from 'vitest'
import { countOf, pagingOf } from './paging'

beforeAll(() => vi.stubGlobal('navigator', { languages: ['en-GB'] }))

const rows = (n: number) => Array.from({ length: n }, (_, i) => i)
const onPage = () => undefined

test('a list that is counted whole', () => {
  const list = { items: rows(50), total: 120, next: 'x' }
  expect(pagingOf(list, 1, 50, onPage)).toEqual({ page: 1, limit: 50, total: 120, onPage })
  expect(countOf(list)).toBe('120')
})

test('a list that is longer than what is counted goes on', () => {
  const list = { items: rows(50), total: 10_000, totalMore: true, next: 'x' }
  expect(pagingOf(list, 200, 50, onPage)).toMatchObject({ total: 10_000, more: true })
  expect(pagingOf(list, 201, 50, onPage)).toMatchObject({ total: 10_050, more: true })
  expect(countOf(list)).toBe('10,000+')
})

test('its last page tells how long it is', () => {
  const list = { items: rows(7), total: 10_000, totalMore: true }
  expect(pagingOf(list, 301, 50, onPage)).toMatchObject({ total: 15_007, more: false })
})
