import { Button, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { asProblem } from '../api/problem'
import type { VoiceMessage } from '../api/types'
import { t } from '../locale'
import { useMay } from '../session/may'
import { advise } from '../ui/advise'
import { Modal } from '../ui/Modal'
import { problemText } from '../ui/problem-text'
import { UsersPicker } from '../users/UsersPicker'
import { useForwardMessage } from './queries'
import { from, numbersIn } from './values'

/** ForwardDialog puts copies of a message into others' mailboxes: chosen from a list, or by number for those who can't see it. */
export function ForwardDialog({ message, onClose }: { message: VoiceMessage; onClose: () => void }) {
  const byList = useMay()('users:read')
  const forward = useForwardMessage(message.id)
  const [ids, setIds] = useState<string[]>([])
  const [typed, setTyped] = useState('')
  const [error, setError] = useState('')
  const numbers = numbersIn(typed)
  const count = byList ? ids.length : numbers.length

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (count === 0) {
      setError(t('voicemail.forwardNobody'))
      return
    }
    try {
      await forward.mutateAsync(byList ? { userIds: ids.map(Number) } : { numbers })
    } catch (failure) {
      const problem = asProblem(failure)
      setError(problem.fields.numbers ?? problem.fields.userIds ?? problemText(problem))
      return
    }
    advise({ tone: 'done', text: t('voicemail.forwardDone', { n: count, name: from(message) }) }, 'here')
    onClose()
  }
  const field = { label: t('voicemail.forwardTo'), error: error || undefined, 'data-autofocus': true }
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('voicemail.forwardTitle', { name: from(message) })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <form onSubmit={(event) => void submit(event)} noValidate className="dialog">
        <p>{t('voicemail.forwardHelp')}</p>
        {byList ? (
          <UsersPicker
            {...field}
            value={ids}
            onChange={(chosen) => {
              setIds(chosen)
              setError('')
            }}
          />
        ) : (
          <TextInput
            {...field}
            description={t('voicemail.forwardNumbers')}
            classNames={{ input: 'digits' }}
            value={typed}
            onChange={(event) => {
              setTyped(event.currentTarget.value)
              setError('')
            }}
            maxLength={1000}
            autoComplete="off"
            spellCheck={false}
          />
        )}
        <div className="dialog-bar">
          <Button type="submit" loading={forward.isPending}>
            {t('voicemail.forwardNow')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
