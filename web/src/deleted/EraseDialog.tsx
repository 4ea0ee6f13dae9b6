import type { DeletedThing } from '../api/types'
import { t } from '../locale'
import { advise } from '../ui/advise'
import { DangerDialog } from '../ui/DangerDialog'
import { useErase } from './queries'

/** EraseDialog ends something for good, which nothing takes back: the name is typed. */
export function EraseDialog({ thing, onClose }: { thing: DeletedThing; onClose: () => void }) {
  const erase = useErase()
  const confirm = async (confirmName: string) => {
    await erase.mutateAsync({ id: thing.id, confirmName })
    advise({ tone: 'removed', text: t('erase.done') }, 'here')
    onClose()
  }
  return (
    <DangerDialog
      title={t('erase.title', { name: thing.name })}
      confirm={t('erase.button')}
      typed={thing.name}
      onClose={onClose}
      onConfirm={confirm}
    >
      <p>{t('erase.text')}</p>
      <p>
        <strong>{t('erase.final')}</strong>
      </p>
    </DangerDialog>
  )
}
