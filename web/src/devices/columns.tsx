import { Link } from '@tanstack/react-router'
import type { Device, Registration } from '../api/types'
import { serverText, t } from '../locale'
import type { Column } from '../ui/DataTable'
import { OnlineMark, SecurityMark, StateMark } from '../ui/marks'
import { Ago } from '../ui/Time'

/** deviceName is how a device is called; the one that every user has has no name of its own worth reading. */
export function deviceName(device: Pick<Device, 'kind' | 'name'>): string {
  return device.kind === 'byHand' ? t('device.byHand') : device.name
}

/** deviceColumns is what a list of devices shows; within a user's page without the user. */
export const deviceColumns = (withUser: boolean): Column<Device>[] => [
  {
    id: 'name',
    header: 'device.name',
    sort: 'name',
    cell: (device) => (
      <>
        <Link to="/devices/$id" params={{ id: String(device.id) }} className="strong">
          {deviceName(device)}
        </Link>
        {device.notice && <div className="field-note">{serverText(device.notice)}</div>}
      </>
    ),
  },
  ...(withUser
    ? [
        {
          id: 'user',
          header: 'device.user' as const,
          cell: (device: Device) => (
            <Link to="/accounts/$id" params={{ id: String(device.userId) }}>
              {device.userName}
            </Link>
          ),
        },
      ]
    : []),
  {
    id: 'sip',
    header: 'card.sipUsername',
    numeric: true,
    ...(withUser && { hide: 'narrow' as const }),
    cell: (device) => device.lines.map((line) => line.sipUsername).join(', '),
  },
  {
    id: 'online',
    header: 'device.state',
    cell: (device) => (device.enabled ? <OnlineMark online={device.online} /> : <StateMark enabled={false} />),
  },
  {
    id: 'security',
    header: 'security.short',
    hide: 'narrow',
    cell: (device) => <SecurityMark mode={device.effectiveSecurity} />,
  },
  {
    id: 'seen',
    header: 'lastSeen',
    hide: 'medium',
    cell: (device) => (device.lastSeenAt ? <Ago at={device.lastSeenAt} /> : '–'),
  },
]

/** registrationColumns is what a list of registered contacts shows. */
export const registrationColumns = (): Column<Registration>[] => [
  {
    id: 'state',
    header: 'device.state',
    cell: (phone) =>
      phone.state === 'live' ? <OnlineMark online /> : <span className="mark">{t('registration.dormant')}</span>,
  },
  { id: 'agent', header: 'registration.userAgent', cell: (phone) => phone.userAgent || '–' },
  {
    id: 'transport',
    header: 'registration.transport',
    cell: (phone) => (
      <>
        {phone.transport.toUpperCase()} <SecurityMark mode={phone.encrypted ? 'encrypted' : 'none'} />
      </>
    ),
  },
  { id: 'remote', header: 'registration.remote', numeric: true, hide: 'narrow', cell: (phone) => phone.remote },
  { id: 'since', header: 'registration.since', hide: 'narrow', cell: (phone) => <Ago at={phone.registeredAt} /> },
  { id: 'expires', header: 'registration.expires', hide: 'medium', cell: (phone) => <Ago at={phone.expiresAt} /> },
]
