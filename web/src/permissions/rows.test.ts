import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { Setting, SettingReach, UserPermission } from '../api/types'
import { rowName, rowsOf, setAt } from './rows'

beforeAll(() => vi.stubGlobal('navigator', { languages: ['en-GB'] }))

const setting = (key: string, label = key) => ({ key, label }) as Setting
const door = { id: 1, key: 'permission.custom.door', label: 'Open the door' } as UserPermission
const local = { key: 'permission.call.local', label: 'x' } as UserPermission

describe('the permissions of a place', () => {
  const settings = [setting('call.ringTime'), setting('permission.call.local'), setting(door.key, door.label)]
  const { builtIn, added } = rowsOf(settings, [local, door])
  test('are the settings that are permissions, those of the catalogue apart', () => {
    expect(builtIn.map((row) => row.setting.key)).toEqual(['permission.call.local'])
    expect(added.map((row) => [row.setting.key, row.custom?.id])).toEqual([['permission.custom.door', 1]])
  })
  test('are called by the page’s words, an added one as it was named', () => {
    expect(builtIn.map(rowName)).toEqual(['Local calls'])
    expect(added.map(rowName)).toEqual(['Open the door'])
  })
})

describe('where a permission is set', () => {
  const reach: Pick<SettingReach, 'applies' | 'own' | 'ownCount' | 'elsewhere'> = {
    applies: 0,
    own: [],
    ownCount: 0,
    elsewhere: [{ level: 'default', users: 7 }],
  }
  test('is nowhere while the catalogue decides', () => expect(setAt(reach)).toEqual([]))
  test('names groups with their accounts, and people', () => {
    const own = [{ user: { id: 2, number: '200', displayName: 'Anna Berg' }, value: 'true', counts: true }]
    const elsewhere = [
      { level: 'group', id: 1, name: 'Sales', users: 2 },
      { level: 'user', id: 2, name: 'Anna Berg', users: 1 },
    ]
    expect(setAt({ ...reach, applies: 3, own, ownCount: 4, elsewhere })).toEqual([
      'organization (3 accounts)',
      'group Sales (2 accounts)',
      'Anna Berg',
      'and 3 more',
    ])
  })
})
