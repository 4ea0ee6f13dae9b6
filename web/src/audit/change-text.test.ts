import { describe, expect, test } from 'vitest'
import type { ChangeItem, ChangeSet } from '../api/types'
import { changeText, fieldChanges } from './change-text'

const user: ChangeItem = {
  kind: 'user',
  id: 3,
  name: '',
  action: 'created',
  after: { firstName: 'Anna', lastName: 'Berg', version: 1 },
}
const secret: ChangeItem = {
  kind: 'user_secret',
  id: 3,
  key: 'portalPassword',
  name: 'portalPassword',
  action: 'created',
  after: { value: 'redacted' },
}
const change = (summary: string, ...items: ChangeItem[]) => ({ intent: 'x', summary, items }) as unknown as ChangeSet

describe('a change in a line', () => {
  test('is the server’s summary', () =>
    expect(changeText(change('Group created: Sales', { ...user, name: 'Sales' }))).toBe('Group created: Sales'))
  test('names the thing when the summary does not', () =>
    expect(changeText(change('Account created', secret, user))).toBe('Account created: Anna Berg'))
  test('is put together when there is no summary', () =>
    expect(changeText(change('', secret, user))).toBe('Account created: Anna Berg'))
})

describe('the fields of a change', () => {
  test('are those that differ and say something to a person', () => {
    const fields = fieldChanges({
      ...user,
      action: 'updated',
      before: { firstName: 'Ann', version: 1 },
      after: { firstName: 'Anna', version: 2 },
    })
    expect(fields).toEqual([{ field: 'firstName', label: 'First name', before: 'Ann', after: 'Anna' }])
  })
  test('that name an account are empty for nobody', () => {
    const item: ChangeItem = { kind: 'forwarding', id: 3, name: 'Anna Berg', action: 'updated' }
    const sides = { before: { busy: 0, paused: false }, after: { busy: 7, paused: false } }
    expect(fieldChanges({ ...item, ...sides }, { 'busy/7': 'Ben Carlsen' })).toEqual([
      { field: 'busy', label: 'Busy', before: '', after: 'Ben Carlsen' },
    ])
  })
  test('of a ring group say whom it calls, how, and where calls go on', () => {
    const item: ChangeItem = { kind: 'ring_group', id: 3, name: 'Sales', action: 'updated' }
    const sides = {
      before: { strategy: 'all', members: [7] },
      after: { strategy: 'inTurn', members: [7, 8], then: { kind: 'ring_group', id: 4 } },
    }
    expect(fieldChanges({ ...item, ...sides }, { 'members/7': 'Anna Berg', 'members/8': 'Ben Carlsen' })).toEqual([
      { field: 'strategy', label: 'How it rings', before: 'All at once', after: 'One after the other' },
      { field: 'members', label: 'Members', before: 'Anna Berg', after: 'Anna Berg, Ben Carlsen' },
      { field: 'then', label: 'If nobody takes the call', before: '', after: 'Ring group 4' },
    ])
  })
  test('of a secret are never shown', () => expect(fieldChanges(secret)).toEqual([]))
})
