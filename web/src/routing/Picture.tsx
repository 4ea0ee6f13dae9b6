import { Switch, TextInput } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Fragment, type ReactNode } from 'react'
import type { Forwarding, ForwardTo } from '../api/types'
import { t } from '../locale'
import { HolderLink } from '../ringgroups/HolderLink'
import { called } from '../ringgroups/values'
import { useMay } from '../session/may'
import { IconArrowRight, IconDevice } from '../ui/icons'
import type { FormState } from '../ui/use-form'
import { UserPicker } from '../users/UserPicker'
import { Part } from './Part'
import { inForce, reached, somebody, type ForwardCase, type RoutingValues } from './values'

/** Editing is the form that the picture is while it is changed. */
export interface Editing {
  form: FormState<RoutingValues>
  /** names are what people are called whom the values name by id; without them, numbers are typed. */
  names?: Record<string, string>
  onName?: (id: string, name: string) => void
}

export interface PictureProps {
  /** numbers is what one dials to get here. */
  numbers: { kind: 'extension' | 'alias' | 'outside'; value: string }[]
  /** phones is what rings, and below it what is known of it. */
  phones: ReactNode
  /** online: one of them can ring now; left out where that is not known. */
  online?: boolean
  /** seconds is how long phones ring, where that is known. */
  seconds: number | undefined
  forwarding: Forwarding
  values: RoutingValues
  editing?: Editing | undefined
  /** groupLinks: the ring groups that the phones ring for have links. */
  groupLinks?: boolean
  /** addNumbers and addPhones lead to where more of them are made. */
  addNumbers?: ReactNode
  addPhones?: ReactNode
}

/** Picture draws how a call gets to somebody: by which numbers, to which phones, and what becomes of it then (R1). */
export function Picture({
  numbers,
  phones,
  online = true,
  seconds,
  values,
  addNumbers,
  addPhones,
  groupLinks = false,
  ...rest
}: PictureProps) {
  const way = reached(values)
  const ring = way.phones && online
  return (
    <div className="routing">
      <Part title="routing.numbers">
        <ul className="routing-boxes">
          {numbers.map(({ kind, value }) => (
            <li key={value} className="routing-box">
              <span className="dimmed">{t(`routing.${kind}`)}</span>
              <span className="strong digits">{value}</span>
            </li>
          ))}
          {numbers.length === 0 && <li className="routing-box dimmed">{t('routing.noNumber')}</li>}
        </ul>
        {addNumbers}
      </Part>
      <IconArrowRight className="routing-arrow" size={20} aria-hidden />
      <Part title="routing.line">
        <div className="routing-box routing-line" data-off={ring ? undefined : true}>
          <IconDevice size={18} aria-hidden />
          <span className="strong">{ring ? rings(seconds) : silent(way.phones, values)}</span>
          {phones}
        </div>
        <AlsoFor groups={rest.forwarding.ringGroups} links={groupLinks} />
        {addPhones}
      </Part>
      <IconArrowRight className="routing-arrow" size={20} aria-hidden />
      <Part title="routing.then">
        <ol className="routing-cases">
          <Case when="always" seconds={seconds} values={values} {...rest} />
          <DoNotDisturb values={values} {...rest} />
          <Case when="busy" seconds={seconds} values={values} {...rest} />
          <Case when="noAnswer" seconds={seconds} values={values} {...rest} />
          <Case when="offline" seconds={seconds} values={values} {...rest} />
        </ol>
      </Part>
    </div>
  )
}

const rings = (seconds: number | undefined) =>
  seconds === undefined ? t('routing.ring') : t('routing.ringFor', { seconds })

const silent = (meant: boolean, values: RoutingValues) =>
  meant ? t('routing.none') : t(inForce(values) ? 'routing.silent.always' : 'routing.silent.doNotDisturb')

/** AlsoFor is the ring groups for which the phones ring, too. */
function AlsoFor({ groups, links }: { groups: Forwarding['ringGroups']; links: boolean }) {
  if (groups.length === 0) return null
  return (
    <p className="routing-also">
      <span className="dimmed">{t('routing.alsoFor')}</span>{' '}
      {groups.map((group, at) => (
        <Fragment key={group.id}>
          {at > 0 && ', '}
          {links ? (
            <HolderLink holder={{ kind: 'ring_group', id: group.id }}>{called(group)}</HolderLink>
          ) : (
            called(group)
          )}
        </Fragment>
      ))}
    </p>
  )
}

type CaseProps = Pick<PictureProps, 'forwarding' | 'values' | 'editing'>

/** Branch is one case: when it comes about, an arrow, and what becomes of the call. */
function Branch({
  name,
  title,
  help,
  now,
  paused,
  children,
}: {
  name: string
  title: string
  help: string
  /** now: a call can come to it as things stand. */
  now: boolean
  paused?: boolean
  children: ReactNode
}) {
  return (
    <li className="routing-case" data-case={name} data-off={now && !paused ? undefined : true}>
      <div className="routing-when">
        <span className="strong">{title}</span>
        {paused && <span className="tag">{t('forwarding.paused')}</span>}
        {!now && <span className="tag">{t('routing.notNow')}</span>}
        <div className="field-note">{help}</div>
      </div>
      <IconArrowRight className="routing-arrow" size={18} aria-hidden />
      <div className="routing-to">{children}</div>
    </li>
  )
}

function Case({
  when,
  seconds,
  forwarding,
  values,
  editing,
}: CaseProps & { when: ForwardCase; seconds?: number | undefined }) {
  const title =
    when === 'noAnswer' && seconds !== undefined ? t('routing.noAnswerAfter', { seconds }) : t(`forwarding.${when}`)
  const paused = when === 'always' && values.always !== '' && values.paused
  return (
    <Branch name={when} title={title} help={t(`routing.help.${when}`)} now={reached(values)[when]} paused={paused}>
      {editing ? (
        <>
          <Whom when={when} without={forwarding.userId} {...editing} />
          {when === 'always' && values.always !== '' && (
            <Switch
              name="paused"
              label={t('routing.inForce')}
              checked={!values.paused}
              onChange={(event) => editing.form.set('paused', !event.currentTarget.checked)}
            />
          )}
        </>
      ) : (
        <Target
          to={forwarding[when]}
          otherwise={t(values[when] === somebody ? 'routing.somebody' : nobody(when, forwarding.voicemail))}
        />
      )}
    </Branch>
  )
}

/** nobody is what becomes of calls in a case in which they go to nobody. */
const nobody = (when: ForwardCase, voicemail: boolean) =>
  voicemail && when !== 'always' ? 'routing.mailbox' : (`routing.nobody.${when}` as const)

function DoNotDisturb({ values, editing }: CaseProps) {
  return (
    <Branch
      name="doNotDisturb"
      title={t('forwarding.doNotDisturb')}
      help={t('routing.help.doNotDisturb')}
      now={reached(values).doNotDisturb}
    >
      {editing ? (
        <Switch {...editing.form.check('doNotDisturb')} label={t('forwarding.doNotDisturb')} />
      ) : values.doNotDisturb ? (
        <span className="strong warn">{t('yes')}</span>
      ) : (
        <span className="dimmed">{t('no')}</span>
      )}
    </Branch>
  )
}

/** Target is who gets the calls, with the way to his own routing, or what becomes of them without anybody. */
function Target({ to, otherwise }: { to: ForwardTo | undefined; otherwise: string }) {
  const mayFollow = useMay()('users:read')
  if (!to) return <span className="dimmed">{otherwise}</span>
  const name = (
    <>
      <span className="strong">{to.displayName}</span> <span className="digits">{to.number}</span>
    </>
  )
  if (!mayFollow || !to.id) return <span>{name}</span>
  return (
    <Link to="/accounts/$id/routing" params={{ id: String(to.id) }}>
      {name}
    </Link>
  )
}

/** Whom says who gets the calls: chosen from a list, or by number for those who can't see the list. */
function Whom({ when, without, form, names, onName }: Editing & { when: ForwardCase; without: number }) {
  const label = t('routing.whom', { when: t(`forwarding.${when}`) })
  if (!names) {
    return (
      <TextInput
        {...form.text(when)}
        aria-label={label}
        placeholder={t('routing.number')}
        classNames={{ input: 'digits' }}
        maxLength={128}
        autoComplete="off"
      />
    )
  }
  const value = form.values[when]
  return (
    <UserPicker
      // What somebody else saved meanwhile is a choice that the list has not been asked for.
      key={`${form.base[when]} ${form.differences.length}`}
      label={label}
      description={value === somebody ? t('routing.somebody') : undefined}
      error={form.errors[when]}
      without={without}
      name={names[value]}
      value={Number(value) || undefined}
      onChange={(id, name) => {
        if (id) onName?.(String(id), name)
        form.set(when, id ? String(id) : '')
      }}
    />
  )
}
