import { Button, PasswordInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { request } from '../api/client'
import { asProblem, type Problem } from '../api/problem'
import { t } from '../locale'
import { advise } from '../ui/advise'
import { problemText } from '../ui/problem-text'
import { useMe } from './may'
import { Modal } from '../ui/Modal'

export type OwnSecret = 'password' | 'pin'

const words = {
  password: {
    title: 'own.passwordTitle',
    help: 'own.passwordText',
    next: 'link.password',
    nextHelp: 'setup.passwordHelp',
    done: 'own.passwordDone',
    field: 'newPassword',
  },
  pin: {
    title: 'own.pinTitle',
    help: 'own.pinText',
    next: 'own.pin',
    nextHelp: 'user.voicemailPinHelp',
    done: 'own.pinDone',
    field: 'voicemailPin',
  },
} as const

/** tooShort is what the page can tell before the server does. */
function tooShort(secret: OwnSecret, value: string): string | undefined {
  if (secret === 'password') return [...value].length >= 12 ? undefined : t('setup.passwordShort')
  return /^\d{6,12}$/.test(value) ? undefined : t('own.pinShort')
}

/** OwnSecretDialog changes the password or the PIN of whoever is signed in, once the password he has was typed. */
export function OwnSecretDialog({ secret, onClose }: { secret: OwnSecret; onClose: () => void }) {
  const me = useMe()
  const [own, setOwn] = useState('')
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const [errors, setErrors] = useState<Record<string, string | undefined>>({})
  const [problem, setProblem] = useState<Problem>()
  const [busy, setBusy] = useState(false)
  const { title, help, next: label, nextHelp, done, field } = words[secret]

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy) return
    const found = { [field]: tooShort(secret, next), again: again === next ? undefined : t('link.differs') }
    setErrors(found)
    setProblem(undefined)
    if (Object.values(found).some(Boolean)) return
    setBusy(true)
    try {
      if (secret === 'password') await request('PUT /me/password', { body: { password: own, newPassword: next } })
      else await request('PUT /me/voicemail-pin', { body: { password: own, voicemailPin: next } })
      advise({ tone: 'done', text: t(done) }, 'here')
      onClose()
    } catch (error) {
      const failed = asProblem(error)
      setErrors(failed.fields)
      if (!failed.fields.password && !failed.fields[field]) setProblem(failed)
      setBusy(false)
    }
  }
  const shown = { 'aria-label': t('password.show') }
  return (
    <Modal opened onClose={onClose} title={t(title)} closeButtonProps={{ 'aria-label': t('close') }}>
      <form onSubmit={(event) => void submit(event)} noValidate className="dialog">
        <p>{t(help)}</p>
        <input type="text" name="username" autoComplete="username" value={me?.username ?? ''} readOnly hidden />
        <PasswordInput
          label={t('own.password')}
          value={own}
          onChange={(event) => setOwn(event.currentTarget.value)}
          error={errors.password ?? (problem && problemText(problem))}
          autoComplete="current-password"
          visibilityToggleButtonProps={shown}
          data-autofocus
        />
        <PasswordInput
          label={t(label)}
          description={t(nextHelp)}
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
          error={errors[field]}
          autoComplete={secret === 'password' ? 'new-password' : 'off'}
          {...(secret === 'pin' && { inputMode: 'numeric' as const })}
          visibilityToggleButtonProps={shown}
        />
        <PasswordInput
          label={t('link.again')}
          value={again}
          onChange={(event) => setAgain(event.currentTarget.value)}
          error={errors.again}
          autoComplete={secret === 'password' ? 'new-password' : 'off'}
          {...(secret === 'pin' && { inputMode: 'numeric' as const })}
          visibilityToggleButtonProps={shown}
        />
        <div className="dialog-bar">
          <Button type="submit" loading={busy} disabled={!own || !next}>
            {t('ok')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
