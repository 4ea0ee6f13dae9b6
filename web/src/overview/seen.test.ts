import { describe, expect, test } from 'vitest'
import { seen, type Evidence } from './seen'

const nothing: Evidence = { groups: 0, users: 0, phones: 0, records: [], administrators: 1 }
const party = (userId?: number) => ({ userId, number: '201', name: 'x' })
const call = { answeredAt: '2026-01-01T00:00:00Z', dialled: '202', caller: party(1), callee: party(2) }

describe('what has been seen to happen', () => {
  test('of a new system, nothing', () => {
    expect(Object.values(seen(nothing))).not.toContain(true)
  })
  test('a phone that called counts, even when it is off now', () => {
    expect(seen({ ...nothing, records: [{ ...call, answeredAt: undefined }] })).toMatchObject({
      phone: true,
      call: false,
    })
  })
  test('the echo test counts when it was answered', () => {
    const echo = { ...call, dialled: '*43', callee: party() }
    expect(seen({ ...nothing, records: [echo] })).toMatchObject({ echo: true, call: false })
  })
  test('a call between two accounts counts when it was answered', () => {
    expect(seen({ ...nothing, records: [call] })).toMatchObject({ call: true, echo: false })
  })
})
