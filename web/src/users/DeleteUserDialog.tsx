import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Deletion, User } from '../api/types'
import { answers, Questions, type Given } from '../changes/Questions'
import { useDeleteUsers, usersDeletionQuery } from '../changes/queries'
import { restore } from '../deleted/queries'
import { restoredText } from '../deleted/restored'
import { t } from '../locale'
import { advise } from '../ui/advise'
import { DangerDialog } from '../ui/DangerDialog'
import { ErrorView } from '../ui/ErrorView'
import { Modal } from '../ui/Modal'

type Some = Pick<User, 'id' | 'displayName' | 'number'>

export interface DeleteUserDialogProps {
  user: Some
  onClose: () => void
  /** leave goes to another page after it; without it the dialog closes where it was opened. */
  leave?: () => void
  /** freeze keeps the page behind from asking for what is about to go. */
  freeze?: (frozen: boolean) => void
}

/** DeleteUserDialog asks before an account goes, and what becomes of whatever refers to it. */
export function DeleteUserDialog({ user, ...rest }: DeleteUserDialogProps) {
  return <DeleteUsersDialog users={[user]} {...rest} />
}

export interface DeleteUsersDialogProps extends Omit<DeleteUserDialogProps, 'user'> {
  users: Some[]
  onDeleted?: () => void
}

/** DeleteUsersDialog is the same for many accounts, which go in one change. */
export function DeleteUsersDialog(props: DeleteUsersDialogProps) {
  const ids = props.users.map((user) => user.id)
  const { data, error, refetch } = useQuery(usersDeletionQuery(ids))
  if (data) return <Ask {...props} deletion={data} />
  if (!error) return null
  return (
    <Modal opened onClose={props.onClose} title={title(props.users)} closeButtonProps={{ 'aria-label': t('close') }}>
      <ErrorView error={error} retry={() => void refetch()} />
    </Modal>
  )
}

const title = (users: Some[]) =>
  users.length === 1
    ? t('users.deleteTitle', { name: users[0]?.displayName ?? '' })
    : t('bulk.deleteTitle', { n: users.length })

function Ask({ users, onClose, leave, freeze, onDeleted, deletion }: DeleteUsersDialogProps & { deletion: Deletion }) {
  const client = useQueryClient()
  const remove = useDeleteUsers()
  const [given, setGiven] = useState<Given>({})
  const only = users.length === 1 ? users[0] : undefined
  const name = only?.displayName ?? t('bulk.deleted', { n: users.length })

  const confirm = async () => {
    const resolution = answers(deletion, given)
    if (!resolution) throw new Error(t('refers.incomplete'))
    freeze?.(true)
    const { changeSet } = await remove.mutateAsync(
      { ids: users.map((user) => user.id), resolution: { answers: resolution } },
      { onError: () => freeze?.(false) },
    )
    advise(
      {
        tone: 'removed',
        text: only
          ? t('users.deleted', { name: only.displayName, id: String(only.id) })
          : t('bulk.deleted', { n: users.length }),
        ...(changeSet > 0 && {
          undo: async () => {
            const restored = await restore(client, changeSet)
            advise({ tone: 'done', text: restoredText(name, restored) }, 'here')
          },
        }),
      },
      leave ? 'next' : 'here',
    )
    onDeleted?.()
    if (leave) leave()
    else onClose()
  }
  return (
    <DangerDialog title={title(users)} onClose={onClose} onConfirm={confirm}>
      {only ? (
        <p>{t('users.deleteText', { name: only.displayName, number: only.number || '–' })}</p>
      ) : (
        <>
          <ul className="going" aria-label={title(users)}>
            {users.map((user) => (
              <li key={user.id}>
                {user.displayName} <span className="digits dimmed">{user.number}</span>
              </li>
            ))}
          </ul>
          <p>{t('bulk.deleteText')}</p>
        </>
      )}
      <Questions deletion={deletion} given={given} onGiven={setGiven} />
      <p className="dimmed">{t('danger.thirtyDays')}</p>
    </DangerDialog>
  )
}
