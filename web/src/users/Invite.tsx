import { Button, Checkbox } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { request } from '../api/client'
import { asProblem } from '../api/problem'
import type { User } from '../api/types'
import { t } from '../locale'
import { useMay, useMe } from '../session/may'
import { Note } from '../ui/Advisory'
import { advise } from '../ui/advise'
import { problemText } from '../ui/problem-text'
import { each } from './each'

/** invite sends a one-time link to choose a password. */
const invite = (id: number) => request('POST /users/{id}/invitation', { path: { id } })

/** invitable is whether an invitation can be sent to such a user. */
export const invitable = ({ kind, email }: { kind: string; email: string }) => kind === 'person' && email.trim() !== ''

/** InviteBox is the tick for a new user; where nothing can be sent it says so, and what serves instead. */
export function InviteBox({
  user,
  checked,
  onChange,
}: {
  user: { kind: string; email: string }
  checked: boolean
  onChange: (checked: boolean) => void
}) {
  const mail = useMe()?.organization.mailSetUp ?? false
  if (user.kind !== 'person') return null
  const possible = mail && invitable(user)
  const help = mail ? (possible ? 'invite.help' : 'invite.noAddress') : 'invite.noMail'
  return (
    <div className="fields labels-left">
      <div className="field-row">
        <span className="field-label" />
        <Checkbox
          name="invite"
          checked={possible && checked}
          disabled={!possible}
          onChange={(event) => onChange(event.currentTarget.checked)}
          label={t('invite.box')}
          description={t(help)}
        />
      </div>
    </div>
  )
}

/** InviteChosen sends invitations to the chosen accounts, those that can have one. */
export function InviteChosen({ users, disabled }: { users: User[]; disabled?: boolean }) {
  const mail = useMe()?.organization.mailSetUp ?? false
  const [progress, setProgress] = useState<{ done: number; total: number }>()
  const send = async () => {
    setProgress({ done: 0, total: users.length })
    const { done, refused } = await each(
      users,
      (user) => invite(user.id),
      (now) => setProgress({ done: now, total: users.length }),
    )
    setProgress(undefined)
    const note = refused.count > 0 ? t('bulk.failed', { n: refused.count, why: refused.why }) : undefined
    if (done.length === 0 && note) advise({ tone: 'failed', text: note }, 'here')
    else advise({ tone: 'done', text: t('invite.sent', { n: done.length }), ...(note && { note }) }, 'here')
  }
  return (
    <Button
      size="compact-sm"
      variant="default"
      disabled={disabled || !mail || progress !== undefined}
      title={mail ? undefined : t('invite.noMail')}
      onClick={send}
    >
      {progress ? t('bulk.working', { ...progress }) : t('invite.chosen')}
    </Button>
  )
}

/** EmailPending says that a changed address waits for its link, and lets one send it again or vouch for it. */
export function EmailPending({ user, onChanged }: { user: User; onChanged: () => void }) {
  const client = useQueryClient()
  const may = useMay()
  const [busy, setBusy] = useState(false)
  if (!user.emailPending) return null
  const run = (act: () => Promise<unknown>, said: string) => async () => {
    setBusy(true)
    try {
      await act()
      await client.invalidateQueries({ queryKey: ['users'] })
      advise({ tone: 'done', text: said }, 'here')
      onChanged()
    } catch (error) {
      advise({ tone: 'failed', text: problemText(asProblem(error)) }, 'here')
    }
    setBusy(false)
  }
  const { id, email, emailPending } = user
  const decide = (address: string) => () =>
    request('PATCH /users/{id}', { path: { id }, body: { email: address, emailConfirmed: true } })
  const again = () => request('POST /users/{id}/email-confirmation', { path: { id } })
  return (
    <Note
      tone="done"
      actions={
        may('users:write') && (
          <div className="note-actions">
            <Button
              size="compact-sm"
              variant="default"
              loading={busy}
              onClick={run(again, t('emailPending.sent', { email: emailPending }))}
            >
              {t('emailPending.again')}
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              disabled={busy}
              onClick={run(decide(emailPending), t('emailPending.vouched', { email: emailPending }))}
            >
              {t('emailPending.vouch')}
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              disabled={busy}
              onClick={run(decide(email), t('emailPending.kept', { email: email || '–' }))}
            >
              {t('emailPending.keep')}
            </Button>
          </div>
        )
      }
    >
      {t('emailPending.text', { email: emailPending })}
      {email && ` ${t('emailPending.inUse', { email })}`}
    </Note>
  )
}
