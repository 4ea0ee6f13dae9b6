import { useMutation, useQueryClient } from '@tanstack/react-query'
import { request } from '../api/client'
import type { Group, User } from '../api/types'
import { t } from '../locale'
import { advise } from '../ui/advise'

/** MemberChange is what becomes of accounts and a group. */
export type MemberChange = 'added' | 'movedHome' | 'takenOut'

/** atHome tells whether a group is an account's home; else it is a further one. */
export function atHome(user: Pick<User, 'groupId'>, group: number): boolean {
  return user.groupId === group
}

/** concerned is whom a change can be made to: nobody is taken out of a home, and who is at home already stays. */
export function concerned<U extends Pick<User, 'groupId'>>(users: readonly U[], group: number): U[] {
  return users.filter((user) => !atHome(user, group))
}

/** bulkBody is the one change set that does it. */
export function bulkBody(change: MemberChange, group: number, ids: number[]) {
  switch (change) {
    case 'added':
      return { ids, addGroups: [group] }
    case 'movedHome':
      return { ids, changes: { groupId: group } }
    case 'takenOut':
      return { ids, removeGroups: [group] }
  }
}

/** useChangeMembers changes the membership of many in one change, which one Undo takes back. */
export function useChangeMembers(group: Pick<Group, 'id' | 'name'>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ change, ids }: { change: MemberChange; ids: number[] }) => {
      const { data, changeSet } = await request('POST /users/bulk', { body: bulkBody(change, group.id, ids) })
      await client.invalidateQueries()
      const words = { n: data.changed, name: group.name }
      if (data.changed === 0) {
        advise({ tone: 'done', text: t('members.nobody') }, 'here')
        return
      }
      advise(
        {
          tone: change === 'takenOut' ? 'removed' : 'done',
          text: t(`members.${change}`, words),
          ...(changeSet > 0 && {
            undo: async () => {
              await request('POST /audit/{id}/undo', { path: { id: changeSet } })
              await client.invalidateQueries()
              advise({ tone: 'done', text: t('bulk.undone', { n: data.changed }) }, 'here')
            },
          }),
        },
        'here',
      )
    },
  })
}
