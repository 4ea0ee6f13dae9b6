import { describe, expect, test } from 'vitest'
import type { Reference, Setting } from '../api/types'
import { fieldsOf, freeName, ownValues, usesOf } from './values'

describe('a copy of a profile', () => {
  test.each([
    ['Lobby', ['default', 'Lobby'], 'Lobby 2'],
    ['Lobby', ['lobby', 'LOBBY 2'], 'Lobby 3'],
    ['Lobby 2', ['Lobby', 'Lobby 2'], 'Lobby 3'],
  ])('of %s among %j is called %s', (name, taken, copy) => expect(freeName(name, taken)).toBe(copy))

  test('gets what the profile sets itself, locks too, and nothing that it inherits', () => {
    const settings = [
      { key: 'call.ringTime', value: '20s', own: '20s', ownLocked: true, version: 4 },
      { key: 'call.zrtp', value: 'true' },
      { key: 'permission.webSms', value: 'true', own: 'false' },
    ] as unknown as Setting[]
    expect(ownValues(settings)).toEqual([
      { key: 'call.ringTime', value: '20s', locked: true },
      { key: 'permission.webSms', value: 'false', locked: false },
    ])
  })
})

test('a new profile has neither name nor text', () => expect(fieldsOf()).toEqual({ name: '', text: '' }))

test('who has a profile stands apart by kind', () => {
  const references = [
    { kind: 'user', name: 'Anna' },
    { kind: 'group', name: 'Sales' },
    { kind: 'user', name: 'Ben' },
  ] as Reference[]
  const uses = usesOf(references)
  expect(uses.user.map(({ name }) => name)).toEqual(['Anna', 'Ben'])
  expect(uses.group.map(({ name }) => name)).toEqual(['Sales'])
  expect(uses.device).toEqual([])
})
