import type { Occupancy } from '../api/types'
import { t } from '../locale'
import { advise } from '../ui/advise'
import { DangerDialog } from '../ui/DangerDialog'
import { holderText } from './occupancy'
import { useReleaseNumber } from './queries'

/** ReleaseDialog asks before a number that is held for something deleted may be given to somebody else. */
export function ReleaseDialog({ number, onClose }: { number: Occupancy; onClose: () => void }) {
  const release = useReleaseNumber()
  const confirm = async () => {
    await release.mutateAsync(number.value)
    advise({ tone: 'removed', text: t('plan.released', { number: number.value }) }, 'here')
    onClose()
  }
  return (
    <DangerDialog
      title={t('plan.releaseTitle', { number: number.value })}
      confirm={t('plan.release')}
      onClose={onClose}
      onConfirm={confirm}
    >
      <p>{holderText(number)}</p>
      <p className="dimmed">{t('plan.releaseText')}</p>
    </DangerDialog>
  )
}
