import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ProvisioningProfile } from '../api/types'
import { useUndo } from '../audit/queries'
import { answers, Questions, type Given } from '../changes/Questions'
import { restoredText } from '../deleted/restored'
import { t } from '../locale'
import { advise } from '../ui/advise'
import { DangerDialog } from '../ui/DangerDialog'
import { ErrorView } from '../ui/ErrorView'
import { profileDeletionQuery, useDeleteProfile } from './queries'

interface Props {
  profile: Pick<ProvisioningProfile, 'id' | 'name'>
  onClose: () => void
  /** leave goes to another page after it; without it the dialog closes where it was opened. */
  leave?: () => void
  /** freeze keeps the page behind from asking for what is about to go. */
  freeze?: (frozen: boolean) => void
}

/** DeleteProfileDialog asks which profile takes the place of one that goes, wherever it is assigned. */
export function DeleteProfileDialog({ profile, onClose, leave, freeze }: Props) {
  const deletion = useQuery(profileDeletionQuery(profile.id))
  const remove = useDeleteProfile(profile.id)
  const undo = useUndo()
  const [given, setGiven] = useState<Given>({})
  const confirm = async () => {
    const resolved = deletion.data && answers(deletion.data, given)
    if (!resolved) throw new Error(t('refers.incomplete'))
    freeze?.(true)
    const { changeSet } = await remove.mutateAsync({ answers: resolved }, { onError: () => freeze?.(false) })
    advise(
      {
        tone: 'removed',
        text: t('profiles.deleted', { name: profile.name }),
        ...(changeSet > 0 && {
          // Only the inverse of the whole change also gives it back to whoever had it.
          undo: async () => {
            const { data } = await undo.mutateAsync(changeSet)
            advise({ tone: 'done', text: restoredText(profile.name, data) }, 'here')
          },
        }),
      },
      leave ? 'next' : 'here',
    )
    if (leave) leave()
    else onClose()
  }
  return (
    <DangerDialog title={t('profiles.deleteTitle', { name: profile.name })} onClose={onClose} onConfirm={confirm}>
      {deletion.error && <ErrorView error={deletion.error} />}
      {deletion.data &&
        (deletion.data.questions.length > 0 ? (
          <Questions deletion={deletion.data} given={given} onGiven={setGiven} />
        ) : (
          <p>{t('profiles.deleteUnused')}</p>
        ))}
      <p className="dimmed">{t('danger.thirtyDays')}</p>
    </DangerDialog>
  )
}
