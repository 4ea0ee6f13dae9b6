import { describe, expect, test } from 'vitest'
import { atHome, bulkBody, concerned } from './members'

const anna = { id: 2, groupId: 1 }
const ben = { id: 3, groupId: 4 }

describe('who is in a group', () => {
  test('has it as home or as a further one', () => {
    expect([anna, ben].map((user) => atHome(user, 1))).toEqual([true, false])
  })
  test('can leave it, or move home to it, only where it is a further one', () => {
    expect(concerned([anna, ben], 1)).toEqual([ben])
  })
})

test.each([
  ['added', { ids: [2, 3], addGroups: [1] }],
  ['movedHome', { ids: [2, 3], changes: { groupId: 1 } }],
  ['takenOut', { ids: [2, 3], removeGroups: [1] }],
] as const)('%s is one change of all of them', (change, body) => expect(bulkBody(change, 1, [2, 3])).toEqual(body))
