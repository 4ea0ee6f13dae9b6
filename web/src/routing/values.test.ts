import { describe, expect, test } from 'vitest'
import type { Forwarding } from '../api/types'
import { missing, namesOf, reached, secondsOf, somebody, toWrite, valuesOf, type RoutingValues } from './values'

const anna = { id: 7, number: '200', displayName: 'Anna Berg' }
const forwarding: Forwarding = {
  userId: 8,
  doNotDisturb: false,
  paused: true,
  always: anna,
  hidden: [],
  ringGroups: [],
  voicemail: false,
  version: 3,
}
const nothing: RoutingValues = {
  doNotDisturb: false,
  paused: false,
  always: '',
  busy: '',
  noAnswer: '',
  offline: '',
}

describe('a forwarding in the form', () => {
  test('tells that somebody gets the calls who is not shown', () => {
    const values = valuesOf({ ...forwarding, hidden: ['offline'] }, 'id')
    expect(values.offline).toBe(somebody)
    expect(missing({ kind: 'person', enabled: true, online: false, bindings: 0 }, 0, values, false)).toBeUndefined()
  })

  test('names people by id or by number', () => {
    expect(valuesOf(forwarding, 'id')).toEqual({ ...nothing, paused: true, always: '7' })
    expect(valuesOf(forwarding, 'number')).toEqual({ ...nothing, paused: true, always: '200' })
    expect(namesOf(forwarding, 'id')).toEqual({ 7: 'Anna Berg 200' })
  })
  test('somebody without a number goes by name', () => {
    const lobby = { ...forwarding, always: { id: 9, number: '', displayName: 'Lobby' } }
    expect(valuesOf(lobby, 'number').always).toBe('Lobby')
  })
  test('writes only what was changed; nobody is an empty target', () => {
    const values = { ...nothing, paused: true, busy: '9', noAnswer: ' 201 ' }
    expect(toWrite(values, ['busy', 'always', 'paused'], 'id')).toEqual({ busy: { id: 9 }, always: {}, paused: true })
    expect(toWrite(values, ['noAnswer'], 'number')).toEqual({ noAnswer: { number: '201' } })
  })
})

describe('a call', () => {
  test('comes to the phones and what follows them', () =>
    expect(Object.values(reached(nothing)).every(Boolean)).toBe(true))
  test('comes no further than to whoever gets all of them', () =>
    expect(reached({ ...nothing, always: '7' })).toEqual({
      always: true,
      doNotDisturb: false,
      phones: false,
      busy: false,
      noAnswer: false,
      offline: false,
    }))
  test('passes by what is paused', () => expect(reached({ ...nothing, always: '7', paused: true }).phones).toBe(true))
  test('finds who is not disturbed busy', () => {
    const { phones, busy, noAnswer, offline } = reached({ ...nothing, doNotDisturb: true })
    expect([phones, busy, noAnswer, offline]).toEqual([false, true, false, false])
  })
})

describe('callers would reach nobody', () => {
  const user = { kind: 'person', enabled: true, online: false, bindings: 0 } as const
  test.each([
    ['no phone is registered', user, 1, nothing, 'noPhone'],
    ['what there is of devices is not known', user, undefined, nothing, 'noPhone'],
    ['there is no device', user, 0, nothing, 'noDevice'],
    ['a phantom never has one', { ...user, kind: 'phantom' } as const, 0, nothing, 'phantom'],
    ['who gets all calls is paused', user, 1, { ...nothing, always: '7', paused: true }, 'noPhone'],
    ['a phone is about to return', { ...user, bindings: 1 }, 1, nothing, undefined],
    ['a phone is there', { ...user, online: true }, 1, nothing, undefined],
    ['somebody gets all calls', user, 1, { ...nothing, always: '7' }, undefined],
    ['somebody gets them without a phone', user, 1, { ...nothing, offline: '7' }, undefined],
    ['somebody gets them as from one who is busy', user, 1, { ...nothing, doNotDisturb: true, busy: '7' }, undefined],
    ['the account is disabled on purpose', { ...user, enabled: false }, 1, nothing, undefined],
  ])('%s', (_what, who, devices, values, why) => expect(missing(who, devices, values, false)).toBe(why))

  test('and a phone is missed also where there is a mailbox, but by a phantom', () => {
    expect(missing(user, 0, nothing, true)).toBe('noDevice')
    expect(missing({ ...user, kind: 'phantom' }, 0, nothing, true)).toBeUndefined()
  })
})

test.each([
  ['20s', 20],
  ['1m0s', 60],
  ['1m30s', 90],
  ['1h', 3600],
  ['1500ms', 2],
  ['soon', undefined],
  [undefined, undefined],
])('the time %j is %j seconds', (value, seconds) => expect(secondsOf(value)).toBe(seconds))
