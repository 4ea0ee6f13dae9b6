import { describe, expect, test } from 'vitest'
import type { RingGroup } from '../api/types'
import { called, holderOf, holderValue, knownOf, movedTo, toWrite, valuesOf, wholeSeconds } from './values'

const anna = { id: 7, name: 'Anna Berg', number: '200', enabled: true }
const sales: RingGroup = {
  id: 3,
  name: 'Sales',
  number: '701',
  strategy: 'inTurn',
  memberIds: [7],
  members: [anna],
  ringSeconds: 15,
  skipBusy: false,
  then: { kind: 'ring_group', id: 4, name: 'Front desk', number: '' },
  outsideNumbers: [],
  version: 2,
  createdAt: '2026-03-01T12:00:00Z',
  updatedAt: '2026-03-01T12:00:00Z',
}

describe('a ring group in its form', () => {
  test('a new one begins with what the server would take', () => {
    expect(valuesOf()).toMatchObject({ number: '', strategy: 'all', ringSeconds: '20', skipBusy: true, memberIds: [] })
  })
  test('what is there is shown, and those it names are known', () => {
    expect(valuesOf(sales)).toMatchObject({ strategy: 'inTurn', ringSeconds: '15', then: 'ring_group/4' })
    expect(knownOf(sales)).toEqual({ people: { 7: anna }, names: { 'ring_group/4': 'Front desk' } })
    expect(called(anna)).toBe('Anna Berg 200')
  })
  test('only what changed is sent, as the server takes it', () => {
    const values = { ...valuesOf(sales), name: ' Sales ', ringSeconds: ' 30', then: '' }
    expect(toWrite(values, ['name', 'ringSeconds', 'then'])).toEqual({ name: 'Sales', ringSeconds: 30, then: {} })
    expect(toWrite(valuesOf(sales), ['then'])).toEqual({ then: { kind: 'ring_group', id: 4 } })
  })
})

test('a holder and its text', () => {
  expect(holderValue(undefined)).toBe('')
  expect(holderOf('')).toEqual({})
  expect(holderOf(holderValue({ kind: 'user', id: 12 }))).toEqual({ kind: 'user', id: 12 })
})

test.each([
  [1, 3, [2, 3, 1]],
  [3, 1, [3, 1, 2]],
  [2, 2, [1, 2, 3]],
])('%d moves to place %d', (id, place, order) => expect(movedTo([1, 2, 3], id, place)).toEqual(order))

test.each([
  ['20', true],
  [' 5 ', true],
  ['', false],
  ['1.5', false],
  ['-5', false],
  ['20 s', false],
])('%j is a whole number of seconds: %s', (text, is) => expect(wholeSeconds(text)).toBe(is))
