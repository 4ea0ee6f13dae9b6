import { request } from '../api/client'
import { t } from '../locale'
import { PasswordDialog } from './PasswordDialog'

/** PasswordAgain asks for one's own password, and then goes on with what was begun. */
export function PasswordAgain({ onDone, onClose }: { onDone: () => Promise<unknown>; onClose: () => void }) {
  return (
    <PasswordDialog
      title={t('password.title')}
      confirm={t('ok')}
      onClose={onClose}
      onPassword={async (password) => {
        await request('POST /session/password', { body: { password } })
        await onDone()
      }}
    >
      <p>{t('password.why')}</p>
    </PasswordDialog>
  )
}
