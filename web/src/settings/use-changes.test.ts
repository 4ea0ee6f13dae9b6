import { describe, expect, test } from 'vitest'
import type { Setting } from '../api/types'
import { changed, valueHere, writeOf } from './use-changes'

describe('changes that wait', () => {
  const ring = { key: 'call.ringTime', value: '20s' }
  const zrtp = { key: 'call.zrtp', value: null }
  test('one is put beside the others', () => {
    expect(changed({ [ring.key]: ring }, zrtp.key, zrtp)).toEqual({ [ring.key]: ring, [zrtp.key]: zrtp })
  })
  test('a later one of the same setting takes its place', () => {
    expect(changed({ [ring.key]: ring }, ring.key, { ...ring, value: '30s' })).toEqual({
      [ring.key]: { ...ring, value: '30s' },
    })
  })
  test('what is as it was no longer waits', () => {
    expect(changed({ [ring.key]: ring, [zrtp.key]: zrtp }, ring.key, undefined)).toEqual({ [zrtp.key]: zrtp })
  })
})

describe('a value at a place', () => {
  const inherited = { key: 'call.zrtp', value: 'true', inherited: 'true' } as Setting
  const own = { ...inherited, value: 'false', own: 'false', ownLocked: true, version: 3 }
  test('is what counts, until another waits', () => {
    expect(valueHere(inherited, undefined)).toEqual({ value: 'true', locked: false })
    expect(valueHere(own, undefined)).toEqual({ value: 'false', locked: true })
    expect(valueHere(inherited, { key: own.key, value: 'false', locked: true })).toEqual({
      value: 'false',
      locked: true,
    })
  })
  test('is the inherited one while its reset waits', () => {
    expect(valueHere(own, { key: own.key, value: null }).value).toBe('true')
  })
  test('set as it is set already is no change', () => {
    expect(writeOf(own, 'false', true)).toBeUndefined()
    expect(writeOf(own, 'false', false)).toMatchObject({ value: 'false', locked: false, version: 3 })
  })
  test('that is only inherited can be set here as it is', () => {
    expect(writeOf(inherited, 'true', false)).toMatchObject({ value: 'true', locked: false })
  })
})
