import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { Device, Forwarding, User } from '../api/types'
import { leaveQuery } from '../changes/queries'
import { deviceName } from '../devices/columns'
import { devicesQuery } from '../devices/queries'
import { t } from '../locale'
import { idParam } from '../search-params'
import { useMay } from '../session/may'
import { settingsQuery } from '../settings/queries'
import { advise } from '../ui/advise'
import { Note } from '../ui/Advisory'
import { ErrorView } from '../ui/ErrorView'
import { IconPencil, IconPhone, IconPlus } from '../ui/icons'
import { OnlineMark, StateMark } from '../ui/marks'
import { Page } from '../ui/Page'
import { userQuery } from '../users/queries'
import { EditRouting } from './EditRouting'
import { Picture, type PictureProps } from './Picture'
import { forwardingQuery, useSetForwarding } from './queries'
import { missing, secondsOf, valuesOf, type ForwardCase, type Missing } from './values'

/** RoutingPage is the picture of how calls get to an account; it is changed in place (R1). */
export function RoutingPage() {
  const id = idParam(useParams({ from: '/shell/accounts/$id/routing' }).id)
  const user = useQuery(userQuery(id))
  const forwarding = useQuery({ ...forwardingQuery(id), enabled: user.data !== undefined })
  const error = user.error ?? forwarding.error
  if (user.data && forwarding.data) return <Routing key={id} user={user.data} forwarding={forwarding.data} />
  return (
    <Page title={user.data ? t('routing.title', { name: user.data.displayName }) : t('routing.menu')}>
      {error ? (
        <ErrorView error={error} retry={() => void (user.error ? user : forwarding).refetch()} />
      ) : (
        <div className="skeleton" role="status" aria-label={t('loading')} />
      )}
    </Page>
  )
}

function Routing({ user, forwarding }: { user: User; forwarding: Forwarding }) {
  const may = useMay()
  const client = useQueryClient()
  const [editing, setEditing] = useState<{ at?: ForwardCase }>()
  const update = useSetForwarding(user.id)
  const list = useQuery({
    ...devicesQuery({ user: user.id, limit: 100 }),
    enabled: may('devices:read') && user.kind !== 'phantom',
  })
  const devices = list.data?.items.filter((device) => device.userId === user.id)
  const settings = useQuery({ ...settingsQuery('user', user.id), enabled: may('settings:read') }).data
  const drawn: Omit<PictureProps, 'values'> = {
    numbers: numbersOf(user),
    online: user.online,
    phones: <Phones user={user} devices={devices} />,
    seconds: secondsOf(settings?.find((setting) => setting.key === 'call.ringTime')?.value),
    forwarding,
    groupLinks: true,
    addNumbers: <AddNumbers user={user} />,
    addPhones: devices && <AddPhone devices={devices} />,
  }
  const done = () => {
    setEditing(undefined)
    document.getElementById('page-title')?.focus()
  }
  const values = valuesOf(forwarding, 'id')
  const incomplete = missing(user, devices?.length, values, forwarding.voicemail)
  const mayEdit = may('users:write') && user.kind !== 'operator'
  return (
    <Page
      title={t('routing.title', { name: user.displayName })}
      action={
        <div className="title-actions">
          {user.number && may('calls:read') && (
            <Button
              variant="default"
              leftSection={<IconPhone size={16} />}
              renderRoot={(props) => <Link to="/calls/try" search={{ dialled: user.number }} {...props} />}
            >
              {t('try.title')}
            </Button>
          )}
          {mayEdit && !editing && (
            <Button leftSection={<IconPencil size={16} />} onClick={() => setEditing({})}>
              {t('routing.edit')}
            </Button>
          )}
        </div>
      }
    >
      <p className="under-title">
        <Link to="/accounts/$id" params={{ id: String(user.id) }}>
          {t('routing.account')}
        </Link>
      </p>
      {!user.enabled && <Disabled user={user} />}
      {incomplete && !editing && (
        <Incomplete
          why={incomplete}
          voicemail={forwarding.voicemail}
          devices={devices ?? []}
          onEdit={mayEdit ? () => setEditing({ at: 'offline' }) : undefined}
        />
      )}
      {editing ? (
        <EditRouting
          forwarding={forwarding}
          by="id"
          at={editing.at}
          write={update.mutateAsync}
          reread={() => client.fetchQuery({ ...forwardingQuery(user.id), staleTime: 0 })}
          saving={update.isPending}
          onSaved={() => {
            advise({ tone: 'done', text: t('routing.saved', { name: user.displayName }) }, 'here')
            done()
          }}
          onCancel={done}
          picture={(now, form) => <Picture {...drawn} values={now} editing={form} />}
        />
      ) : (
        <Picture {...drawn} values={values} />
      )}
      <p className="dimmed routing-note">{t('routing.assistant')}</p>
    </Page>
  )
}

function numbersOf(user: User): PictureProps['numbers'] {
  return [
    ...(user.number ? [{ kind: 'extension' as const, value: user.number }] : []),
    ...user.aliases.map((value) => ({ kind: 'alias' as const, value })),
    ...user.outsideNumbers.map((value) => ({ kind: 'outside' as const, value })),
  ]
}

function Phones({ user, devices }: { user: User; devices: Device[] | undefined }) {
  if (user.kind === 'phantom') return <p className="dimmed">{t('routing.phantom')}</p>
  if (!devices) return <OnlineMark online={user.online} />
  if (devices.length === 0) return <p className="dimmed">{t('devices.none')}</p>
  return (
    <ul>
      {devices.map((device) => (
        <li key={device.id}>
          <Link to="/devices/$id" params={{ id: String(device.id) }}>
            {deviceName(device)}
          </Link>{' '}
          {device.enabled ? <OnlineMark online={device.online} /> : <StateMark enabled={false} />}
        </li>
      ))}
    </ul>
  )
}

/** AddNumbers leads to where extensions and outside numbers are given. */
function AddNumbers({ user }: { user: User }) {
  const may = useMay()
  return (
    <div className="routing-adds">
      {may('users:write') && (
        <Link
          to="/accounts/$id"
          params={{ id: String(user.id) }}
          search={{ tab: 'names' }}
          hash="advanced-title"
          className="icon-link"
        >
          <IconPlus size={14} aria-hidden />
          {t('routing.addExtension')}
        </Link>
      )}
      {may('pools:write') && (
        <Link to="/numbers" search={{ tab: 'outside', for: user.id }} className="icon-link">
          <IconPlus size={14} aria-hidden />
          {t('routing.addNumber')}
        </Link>
      )}
    </div>
  )
}

/** AddPhone leads to the device that phones are given by hand. */
function AddPhone({ devices }: { devices: Device[] }) {
  const byHand = devices.find((device) => device.kind === 'byHand')
  if (!byHand) return null
  return (
    <div className="routing-adds">
      <Link to="/devices/$id" params={{ id: String(byHand.id) }} className="icon-link">
        <IconPlus size={14} aria-hidden />
        {t('routing.addPhone')}
      </Link>
    </div>
  )
}

/** Disabled says what callers of a disabled account meet, whatever the picture shows. */
function Disabled({ user }: { user: User }) {
  const leave = useQuery(leaveQuery(user.id)).data
  return (
    <div className="routing-notice">
      <Note tone="done">
        {leave?.goneAt && leave.callsTo
          ? t('routing.left', { name: leave.callsTo.displayName })
          : t('routing.disabled')}
      </Note>
    </div>
  )
}

/** Incomplete says that callers reach nobody, and what mends it (R2). */
function Incomplete({
  why,
  voicemail,
  devices,
  onEdit,
}: {
  why: Missing
  voicemail: boolean
  devices: Device[]
  onEdit: (() => void) | undefined
}) {
  const device = devices.find((one) => one.enabled) ?? devices[0]
  const what = t(voicemail ? 'routing.mailboxOnly' : 'routing.incomplete')
  return (
    <section className="routing-notice" aria-label={what}>
      <Note tone="failed">
        <span className="strong">{what}</span> {t(`routing.missing.${why}`)}
        <ul>
          {device && (
            <li>
              <Link to="/devices/$id" params={{ id: String(device.id) }}>
                {t('routing.mendPhone')}
              </Link>
            </li>
          )}
          {onEdit && (
            <li>
              <button type="button" className="link-button" onClick={onEdit}>
                {t('routing.mendForward')}
              </button>
            </li>
          )}
        </ul>
      </Note>
    </section>
  )
}
