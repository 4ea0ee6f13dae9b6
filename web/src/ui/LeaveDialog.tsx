import { Button } from '@mantine/core'
import { t } from '../locale'
import { Modal } from './Modal'

/** LeaveDialog asks whether unsaved changes may be lost. */
export default function LeaveDialog({
  count,
  onStay,
  onLeave,
}: {
  count: number
  onStay: () => void
  onLeave: () => void
}) {
  return (
    <Modal opened onClose={onStay} title={t('form.leaveTitle')} closeButtonProps={{ 'aria-label': t('close') }}>
      <p>{t('form.leaveText', { n: count })}</p>
      <div className="dialog-bar">
        <Button data-autofocus onClick={onStay}>
          {t('form.stay')}
        </Button>
        <Button variant="default" onClick={onLeave}>
          {t('form.leave')}
        </Button>
      </div>
    </Modal>
  )
}
