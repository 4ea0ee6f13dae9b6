import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { request } from '../api/client'
import { asProblem } from '../api/problem'
import type { User } from '../api/types'
import { t } from '../locale'
import { advise } from '../ui/advise'
import { problemText } from '../ui/problem-text'
import { BulkDialog } from './BulkDialog'
import { DeleteUsersDialog } from './DeleteUserDialog'
import { RenumberDialog } from './RenumberDialog'
import { InviteChosen } from './Invite'

export interface ChosenBarProps {
  users: User[]
  onNone: () => void
}

type Act = 'disabled' | 'enabled'

/** ChosenBar is what one does to the chosen accounts: it is one change, taken back by one Undo. */
export function ChosenBar({ users, onNone }: ChosenBarProps) {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [editing, setEditing] = useState(false)
  const [deleting, setDeleting] = useState(false)
  const [renumbering, setRenumbering] = useState(false)

  const run = async (what: Act) => {
    setBusy(true)
    try {
      const { changeSet } = await perform(what, users)
      await client.invalidateQueries()
      advise(
        {
          tone: what === 'enabled' ? 'done' : 'removed',
          text: t(`bulk.${what}`, { n: users.length }),
          ...(changeSet > 0 && {
            undo: async () => {
              await request('POST /audit/{id}/undo', { path: { id: changeSet } })
              await client.invalidateQueries()
              advise({ tone: 'done', text: t('bulk.undone', { n: users.length }) }, 'here')
            },
          }),
        },
        'here',
      )
      onNone()
    } catch (error) {
      advise({ tone: 'failed', text: problemText(asProblem(error)), note: reasons(error) }, 'here')
    }
    setBusy(false)
  }
  return (
    <>
      <span role="status">{t('bulk.chosen', { n: users.length })}</span>
      <Button size="compact-sm" variant="default" disabled={busy} onClick={() => setEditing(true)}>
        {t('bulk.edit')}
      </Button>
      <InviteChosen users={users} disabled={busy} />
      <Button size="compact-sm" variant="default" disabled={busy} onClick={() => run('enabled')}>
        {t('bulk.enable')}
      </Button>
      <Button size="compact-sm" variant="default" disabled={busy} onClick={() => run('disabled')}>
        {t('bulk.disable')}
      </Button>
      <Button size="compact-sm" variant="default" disabled={busy} onClick={() => setRenumbering(true)}>
        {t('change.renumber')}
      </Button>
      <Button size="compact-sm" variant="outline" color="red" disabled={busy} onClick={() => setDeleting(true)}>
        {t('bulk.delete')}
      </Button>
      <Button size="compact-sm" variant="subtle" disabled={busy} onClick={onNone}>
        {t('bulk.none')}
      </Button>
      {editing && (
        <BulkDialog
          users={users}
          onClose={() => setEditing(false)}
          onDone={() => {
            setEditing(false)
            onNone()
          }}
        />
      )}
      {deleting && <DeleteUsersDialog users={users} onClose={() => setDeleting(false)} onDeleted={onNone} />}
      {renumbering && <RenumberDialog users={users} onClose={() => setRenumbering(false)} />}
    </>
  )
}

/** perform changes all of them in one change set. */
function perform(what: Act, users: User[]) {
  const ids = users.map((user) => user.id)
  return request('POST /users/bulk', { body: { ids, changes: { enabled: what === 'enabled' } } })
}

/** reasons is what the server says of single accounts. */
function reasons(error: unknown): string {
  return (asProblem(error).body.errors ?? []).map((reason) => reason.message).join(' ')
}
