import { Button, TextInput } from '@mantine/core'
import { useState, type FormEvent, type ReactNode } from 'react'
import { t } from '../locale'
import { asProblem } from '../api/problem'
import { ErrorView } from './ErrorView'
import { Modal } from './Modal'

export interface DangerDialogProps {
  title: string
  /** confirm: what the button says; OK unless told otherwise. */
  confirm?: string
  /** typed is what must be typed before anything happens; empty for small things, which Enter confirms. */
  typed?: string
  onClose: () => void
  onConfirm: (typed: string) => Promise<unknown>
  children: ReactNode
}

/** DangerDialog asks before something goes, and shows first what goes. */
export function DangerDialog({ title, confirm, typed = '', onClose, onConfirm, children }: DangerDialogProps) {
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const matches = typed === '' || text.trim() === typed.trim()

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!matches || busy) return
    setBusy(true)
    setError(undefined)
    try {
      await onConfirm(text.trim())
    } catch (failure) {
      setError(asProblem(failure))
      setBusy(false)
    }
  }
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      <form onSubmit={submit} noValidate className="dialog">
        {children}
        {typed !== '' && (
          <TextInput
            label={t('danger.type', { name: typed })}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
        )}
        {error !== undefined && <ErrorView error={error} />}
        <div className="dialog-bar">
          <Button
            type="submit"
            color="red"
            loading={busy}
            disabled={!matches}
            data-autofocus={typed === '' || undefined}
          >
            {confirm ?? t('ok')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
