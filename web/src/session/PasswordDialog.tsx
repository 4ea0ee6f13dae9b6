import { Button, PasswordInput } from '@mantine/core'
import { useState, type FormEvent, type ReactNode } from 'react'
import { asProblem, type Problem } from '../api/problem'
import { t } from '../locale'
import { Modal } from '../ui/Modal'
import { problemText } from '../ui/problem-text'

export interface PasswordDialogProps {
  title: string
  confirm: string
  children: ReactNode
  /** onPassword does what was asked for; what it throws is shown beside the password. */
  onPassword: (password: string) => Promise<unknown>
  onClose: () => void
}

/** PasswordDialog asks for one's own password again before something grave. */
export function PasswordDialog({ title, confirm, children, onPassword, onClose }: PasswordDialogProps) {
  const [password, setPassword] = useState('')
  const [problem, setProblem] = useState<Problem>()
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    event.stopPropagation()
    if (!password || busy) return
    setBusy(true)
    setProblem(undefined)
    try {
      await onPassword(password)
    } catch (error) {
      setProblem(asProblem(error))
      setPassword('')
      setBusy(false)
    }
  }
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      <form onSubmit={submit} noValidate className="dialog">
        {children}
        <PasswordInput
          label={t('password.own')}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={problem && (problem.fields.password ?? problemText(problem))}
          autoComplete="current-password"
          visibilityToggleButtonProps={{ 'aria-label': t('password.show') }}
          data-autofocus
        />
        <div className="dialog-bar">
          <Button type="submit" loading={busy} disabled={!password}>
            {confirm}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

/** passwordNeeded is whether the server wants the own password before it goes on. */
export function passwordNeeded(problem: Problem): boolean {
  return problem.body.type === 'urn:ringfence:password_needed'
}
