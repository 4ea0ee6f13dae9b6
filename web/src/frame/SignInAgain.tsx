import { useQueryClient } from '@tanstack/react-query'
import { t } from '../locale'
import { useMe } from '../session/may'
import { SignInForm } from '../session/SignInForm'
import { Modal } from '../ui/Modal'

/** SignInAgain asks for the password when the session ended, over the page, so that what was typed stays. */
export default function SignInAgain({ onDone }: { onDone: () => void }) {
  const me = useMe()
  const client = useQueryClient()
  const done = () => {
    onDone()
    void client.invalidateQueries()
  }
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={t('signIn.again')}
    >
      <p>{t('signIn.againText')}</p>
      <SignInForm login={me?.username ?? ''} onDone={done} />
    </Modal>
  )
}
