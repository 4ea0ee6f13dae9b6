import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Location } from '../api/types'
import { answers, Questions, type Given } from '../changes/Questions'
import { restore } from '../deleted/queries'
import { restoredText } from '../deleted/restored'
import { t } from '../locale'
import { advise } from '../ui/advise'
import { DangerDialog } from '../ui/DangerDialog'
import { ErrorView } from '../ui/ErrorView'
import { locationDeletionQuery, useDeleteLocation } from './queries'

interface Props {
  location: Pick<Location, 'id' | 'name'>
  onClose: () => void
  leave: () => void
  freeze: (frozen: boolean) => void
}

/** DeleteLocationDialog asks what becomes of whoever is at an office that goes. */
export function DeleteLocationDialog({ location, onClose, leave, freeze }: Props) {
  const client = useQueryClient()
  const deletion = useQuery(locationDeletionQuery(location.id))
  const remove = useDeleteLocation(location.id)
  const [given, setGiven] = useState<Given>({})
  const confirm = async () => {
    const resolved = deletion.data && answers(deletion.data, given)
    if (!resolved) throw new Error(t('refers.incomplete'))
    freeze(true)
    const { changeSet } = await remove.mutateAsync({ answers: resolved }, { onError: () => freeze(false) })
    advise({
      tone: 'removed',
      text: t('locations.deleted', { name: location.name }),
      ...(changeSet > 0 && {
        undo: async () =>
          advise({ tone: 'done', text: restoredText(location.name, await restore(client, changeSet)) }, 'here'),
      }),
    })
    leave()
  }
  return (
    <DangerDialog title={t('locations.deleteTitle', { name: location.name })} onClose={onClose} onConfirm={confirm}>
      {deletion.error && <ErrorView error={deletion.error} />}
      {deletion.data && <Questions deletion={deletion.data} given={given} onGiven={setGiven} />}
      <p className="dimmed">{t('danger.thirtyDays')}</p>
    </DangerDialog>
  )
}
