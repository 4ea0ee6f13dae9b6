import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { RingGroup } from '../api/types'
import { answers, Questions, type Given } from '../changes/Questions'
import { restore } from '../deleted/queries'
import { restoredText } from '../deleted/restored'
import { t } from '../locale'
import { advise } from '../ui/advise'
import { DangerDialog } from '../ui/DangerDialog'
import { ErrorView } from '../ui/ErrorView'
import { ringGroupDeletionQuery, useDeleteRingGroup } from './queries'

interface Props {
  group: Pick<RingGroup, 'id' | 'name' | 'number'>
  onClose: () => void
  /** leave goes to another page after it; without it the dialog closes where it was opened. */
  leave?: () => void
  /** freeze keeps the page behind from asking for what is about to go. */
  freeze?: (frozen: boolean) => void
}

/** DeleteRingGroupDialog asks before a ring group goes, and what becomes of the calls that lead to it. */
export function DeleteRingGroupDialog({ group, onClose, leave, freeze }: Props) {
  const client = useQueryClient()
  const deletion = useQuery(ringGroupDeletionQuery(group.id))
  const remove = useDeleteRingGroup(group.id)
  const [given, setGiven] = useState<Given>({})
  const confirm = async () => {
    const resolved = deletion.data && answers(deletion.data, given)
    if (!resolved) throw new Error(t('refers.incomplete'))
    freeze?.(true)
    const { changeSet } = await remove.mutateAsync({ answers: resolved }, { onError: () => freeze?.(false) })
    advise(
      {
        tone: 'removed',
        text: t('ringGroups.deleted', { name: group.name }),
        ...(changeSet > 0 && {
          undo: async () =>
            advise({ tone: 'done', text: restoredText(group.name, await restore(client, changeSet)) }, 'here'),
        }),
      },
      leave ? 'next' : 'here',
    )
    if (leave) leave()
    else onClose()
  }
  return (
    <DangerDialog title={t('ringGroups.deleteTitle', { name: group.name })} onClose={onClose} onConfirm={confirm}>
      <p>
        {t('ringGroups.deleteText')} {group.number && t('ringGroups.deleteNumber', { number: group.number })}
      </p>
      {deletion.error && <ErrorView error={deletion.error} />}
      {deletion.data && <Questions deletion={deletion.data} given={given} onGiven={setGiven} />}
      <p className="dimmed">{t('danger.thirtyDays')}</p>
    </DangerDialog>
  )
}
