import { Button, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { TriedNext, TriedStep, TriedWay } from '../api/types'
import { t, tOr } from '../locale'
import { HolderLink } from '../ringgroups/HolderLink'
import { useMay } from '../session/may'
import { ErrorView } from '../ui/ErrorView'
import { IconPhone, IconPhoneOff } from '../ui/icons'
import { Page } from '../ui/Page'
import { UserPicker } from '../users/UserPicker'
import { userQuery } from '../users/queries'
import { callKeys, tryQuery } from './queries'
import { turns } from './turns'

/** TryPage shows where a call would go now, and why, without making it. What is tried stands in the address. */
export function TryPage() {
  const asked = useSearch({ from: '/shell/calls/try' })
  // Another address is another form: what was typed in the last one is gone with it.
  return (
    <Page title={t('try.title')}>
      <p className="dimmed">{t('try.intro')}</p>
      <TryForm key={`${asked.caller} ${asked.dialled}`} caller={asked.caller} dialled={asked.dialled} />
      {asked.dialled && <Tried caller={asked.caller} dialled={asked.dialled} />}
    </Page>
  )
}

interface Asked {
  caller?: number | undefined
  dialled?: string | undefined
}

function TryForm({ caller, dialled }: Asked) {
  const navigate = useNavigate({ from: '/calls/try' })
  const client = useQueryClient()
  const known = useQuery({ ...userQuery(caller ?? 0), enabled: Boolean(caller) })
  const [from, setFrom] = useState(caller)
  const [to, setTo] = useState(dialled ?? '')
  const name = known.data && `${known.data.displayName} ${known.data.number}`.trim()
  return (
    <form
      className="form"
      aria-label={t('try.title')}
      onSubmit={(e) => {
        e.preventDefault()
        if (!to.trim()) return
        navigate({ search: { caller: from, dialled: to.trim() } })
        client.invalidateQueries({ queryKey: callKeys.tried }) // the same once more may end otherwise now
      }}
    >
      <div className="fields">
        <UserPicker
          key={name}
          label={t('call.caller')}
          visibleLabel
          description={t('try.callerHelp')}
          name={name}
          value={from}
          onChange={setFrom}
        />
        <TextInput
          label={t('try.dialled')}
          description={t('try.dialledHelp')}
          value={to}
          onChange={(e) => setTo(e.currentTarget.value)}
          maxLength={256}
          autoComplete="off"
          autoFocus
          required
          withAsterisk={false}
        />
        <div>
          <Button type="submit">{t('try.go')}</Button>
        </div>
      </div>
    </form>
  )
}

function Tried({ caller, dialled }: { caller: number | undefined; dialled: string }) {
  const { data, error } = useQuery(tryQuery({ caller, dialled }))
  if (error) return <ErrorView error={error} />
  if (!data) return null
  const rings = data.outcome !== 'refuse'
  return (
    <section className="panel tried" aria-label={t('try.result')} aria-live="polite">
      <h2>
        {rings ? <IconPhone size={18} aria-hidden /> : <IconPhoneOff size={18} aria-hidden />} {outcome(data)}
      </h2>
      <Steps way={data} />
      <Branches way={data} />
    </section>
  )
}

function Steps({ way }: { way: TriedWay }) {
  return (
    <ol>
      {Array.from(way.steps.entries(), ([at, step]) => (
        <li key={at}>
          <StepText step={step} ofMany={way.group !== undefined} />
        </li>
      ))}
    </ol>
  )
}

/** Branches is where the call goes on if it is not taken, and on from there. */
function Branches({ way }: { way: TriedWay }) {
  const { members, last } = turns(way)
  if (members.length + last.then.length === 0) return null
  return (
    <ul className="tried-then">
      {Array.from(members.entries(), ([at, next]) => (
        <li key={at}>
          <span className="dimmed">{t('try.then.member', { seconds: next.seconds ?? 0 })}</span>
          <Steps way={next} />
        </li>
      ))}
      {last.then.map((next) => (
        <li key={next.when}>
          <span className="dimmed">{unless(last, next)}</span> <span className="strong">{outcome(next)}</span>
          <Steps way={next} />
          <Branches way={next} />
        </li>
      ))}
    </ul>
  )
}

/** unless says in which case a call goes on. */
function unless(way: TriedWay, next: TriedNext): string {
  return t(`try.then.${next.when}`, { name: whom(way) || '–', seconds: way.seconds ?? 0 })
}

const whom = ({ callee, group }: Pick<TriedWay, 'callee' | 'group'>) => callee?.displayName ?? group?.name ?? ''

/** outcome says in a sentence what would become of the call. */
function outcome(tried: TriedWay): string {
  const name = whom(tried)
  const seconds = tried.seconds ?? 0
  switch (tried.outcome) {
    case 'ring':
      return t('try.ring', { n: tried.steps.filter((step) => step.kind === 'rings').length, name, seconds })
    case 'wait':
      return t(tried.group ? 'try.waitGroup' : 'try.wait', { name, seconds })
    case 'feature':
      return tOr(`try.feature.${tried.feature}`, t('try.step.feature'))
    case 'voicemail':
      return t('try.voicemail', { name })
    case 'refuse':
      return t('try.refuse', { reason: tOr(`end.${tried.reason}`, tried.reason ?? '') })
  }
}

function StepText({ step, ofMany }: { step: TriedStep; ofMany: boolean }) {
  const may = useMay()
  const of = step.holder ?? step.when
  // Where several are called, a phone alone does not say whose it is.
  const kind = ofMany && step.kind === 'rings' && step.user ? 'ringsOf' : step.kind
  const key = of ? `${kind}.${of}` : kind
  const text = tOr(`try.step.${key}`, step.kind, {
    value: step.value || '–',
    name: step.user?.displayName ?? step.group?.name ?? '–',
    line: step.sipUsername ?? '',
  })
  if (step.deviceId && may('devices:read')) {
    return (
      <Link to="/devices/$id" params={{ id: String(step.deviceId) }}>
        {text}
      </Link>
    )
  }
  if (step.kind === 'ring_group' && step.group) {
    return <HolderLink holder={{ kind: 'ring_group', id: step.group.id }}>{text}</HolderLink>
  }
  return <>{text}</>
}
