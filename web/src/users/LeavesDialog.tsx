import { Button, NumberInput, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { asProblem } from '../api/problem'
import type { Leave, User } from '../api/types'
import { leaveQuery, useComeBack, usePlanLeave } from '../changes/queries'
import { t } from '../locale'
import { dayIn, dayOf } from '../locale/format'
import { useMe } from '../session/may'
import { advise } from '../ui/advise'
import { ErrorView } from '../ui/ErrorView'
import { Modal } from '../ui/Modal'
import { At } from '../ui/Time'
import { UserPicker } from './UserPicker'

export interface UserDialogProps {
  user: User
  onClose: () => void
}

/** LeavesDialog says when somebody leaves, who gets the calls, and when the account goes; or that he comes back. */
export function LeavesDialog(props: UserDialogProps) {
  const { data, error, isPending } = useQuery(leaveQuery(props.user.id))
  if (isPending) return null
  if (error && asProblem(error).status !== 404) {
    return (
      <Frame {...props}>
        <ErrorView error={error} />
      </Frame>
    )
  }
  return <Plan key={data?.version ?? 0} {...props} leave={error ? undefined : data} />
}

function Frame({ user, onClose, children }: UserDialogProps & { children: React.ReactNode }) {
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('leave.title', { name: user.displayName })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {children}
    </Modal>
  )
}

function Plan({ user, onClose, leave }: UserDialogProps & { leave: Leave | undefined }) {
  const plan = usePlanLeave(user.id)
  const back = useComeBack(user.id)
  const gone = Boolean(leave?.goneAt)
  const zone = useMe()?.organization.timeZone || 'UTC' // the organization's: there the day begins
  const [on, setOn] = useState(dayIn(zone, leave?.on))
  const [callsTo, setCallsTo] = useState(leave?.callsTo?.id)
  const [days, setDays] = useState<number | string>(leave?.deleteAfterDays ?? 90)
  const error = plan.error ?? back.error
  const fields = error ? asProblem(error).fields : {}

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const { data } = await plan.mutateAsync({
      ...(gone ? {} : { on }),
      callsTo: callsTo ?? 0,
      deleteAfterDays: Number(days) || 0,
    })
    advise(
      {
        tone: 'done',
        text: data.goneAt
          ? t('leave.left', { name: user.displayName })
          : t('leave.planned', { name: user.displayName, day: dayOf(data.on, zone) }),
      },
      'here',
    )
    onClose()
  }
  const comeBack = async () => {
    await back.mutateAsync(undefined)
    advise({ tone: 'done', text: t(gone ? 'leave.cameBack' : 'leave.stays', { name: user.displayName }) }, 'here')
    onClose()
  }
  return (
    <Frame user={user} onClose={onClose}>
      <form className="dialog" noValidate onSubmit={(event) => void submit(event).catch(() => undefined)}>
        <p>{t('leave.help')}</p>
        {gone && leave?.goneAt ? (
          <p>
            {t('leave.leftOn')} <At at={leave.goneAt} />
          </p>
        ) : (
          <TextInput
            type="date"
            label={t('leave.on')}
            value={on}
            error={fields.on}
            onChange={(event) => setOn(event.currentTarget.value)}
            data-autofocus
          />
        )}
        <UserPicker
          label={t('leave.callsTo')}
          visibleLabel
          description={t('leave.callsToHelp')}
          error={fields.callsTo}
          without={user.id}
          name={leave?.callsTo && `${leave.callsTo.displayName} ${leave.callsTo.number}`}
          value={callsTo}
          onChange={setCallsTo}
        />
        <NumberInput
          label={t('leave.deleteAfterDays')}
          description={t('leave.deleteAfterHelp')}
          min={0}
          max={3650}
          value={days}
          error={fields.deleteAfterDays}
          onChange={setDays}
        />
        {error && Object.keys(fields).length === 0 && <ErrorView error={error} />}
        <div className="dialog-bar">
          <Button type="submit" loading={plan.isPending}>
            {t('ok')}
          </Button>
          {leave && (
            <Button variant="default" loading={back.isPending} onClick={() => void comeBack().catch(() => undefined)}>
              {t(gone ? 'leave.comesBack' : 'leave.staysButton')}
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
        </div>
      </form>
    </Frame>
  )
}
