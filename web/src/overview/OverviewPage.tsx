import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { liveCallsQuery } from '../calls/queries'
import { PartyCell } from '../calls/parties'
import { registrationsQuery } from '../devices/queries'
import { formatNumber, t, type TextKey } from '../locale'
import { useMay, useMe } from '../session/may'
import { auditQuery } from '../audit/queries'
import { changeText } from '../audit/change-text'
import { ErrorView } from '../ui/ErrorView'
import { Page } from '../ui/Page'
import { SecurityMark } from '../ui/marks'
import { Ago, Running } from '../ui/Time'
import { Checklist } from './Checklist'
import { LeavesDue } from './LeavesDue'
import { MailStuck } from './MailStuck'

/** OverviewPage is what one sees after signing in: what is left to do, what goes on, what changed. */
export function OverviewPage() {
  const me = useMe()
  const may = useMay()
  const calls = useQuery({ ...liveCallsQuery, enabled: may('calls:read') })
  const phones = useQuery({ ...registrationsQuery({ limit: 1 }), enabled: may('devices:read') })
  return (
    <Page title={t('overview.title')}>
      {!may('users:read') && (
        <p>
          {t('overview.plainUser')}{' '}
          {me?.kind === 'person' && (
            <>
              <Link to="/my/routing">{t('own.routingTitle')}</Link> ·{' '}
              <Link to="/my/voicemail">{t('voicemail.title')}</Link>
            </>
          )}
        </p>
      )}
      {may('organization:read') && <MailStuck />}
      <div className="figures">
        {may('calls:read') && <Figure label={t('overview.liveCalls')} value={calls.data?.total} to="/calls" />}
        {may('devices:read') && <Figure label={t('overview.phonesOnline')} value={phones.data?.total} to="/devices" />}
        {may('users:read') && (
          <Figure
            label={t('overview.accounts')}
            value={me?.organization.userCount}
            of={me?.organization.userLimit}
            to="/accounts"
          />
        )}
      </div>
      {may('groups:write') && may('users:write') && <Checklist />}
      <div className="panels">
        {may('calls:read') && (
          <Panel title="calls.live">
            {calls.error && <ErrorView error={calls.error} retrying />}
            {calls.data?.items.length === 0 && <p className="dimmed">{t('calls.noneLive')}</p>}
            <ul className="lines">
              {calls.data?.items.slice(0, 8).map((call) => (
                <li key={call.id}>
                  <span>
                    <PartyCell party={call.caller} /> → <PartyCell party={call.callee} />
                  </span>
                  <SecurityMark mode={call.security.caller} />
                  <Running since={call.answeredAt ?? call.startedAt} />
                </li>
              ))}
            </ul>
          </Panel>
        )}
        {may('users:read') && <LeavesDue />}
        {may('audit:read') && <LastChanges />}
      </div>
    </Page>
  )
}

function Figure({
  label,
  value,
  of,
  to,
}: {
  label: string
  value: number | undefined
  of?: number | undefined
  to: '/calls' | '/devices' | '/accounts'
}) {
  return (
    <Link to={to} search={{}} className="figure">
      <span className="figure-value digits">
        {value === undefined ? '–' : formatNumber(value)}
        {of ? <span className="figure-of"> / {formatNumber(of)}</span> : null}
      </span>
      <span className="figure-label">{label}</span>
    </Link>
  )
}

function Panel({ title, children }: { title: TextKey; children: ReactNode }) {
  return (
    <section className="panel" aria-label={t(title)}>
      <h2>{t(title)}</h2>
      {children}
    </section>
  )
}

function LastChanges() {
  const { data, error } = useQuery(auditQuery({ limit: 8 }))
  return (
    <Panel title="overview.lastChanges">
      {error && <ErrorView error={error} retrying />}
      {data?.items.length === 0 && <p className="dimmed">{t('audit.empty')}</p>}
      <ul className="lines">
        {data?.items.map((change) => (
          <li key={change.id}>
            <span>{changeText(change)}</span>
            <span className="dimmed">{change.actor.name}</span>
            <Ago at={change.at} />
          </li>
        ))}
      </ul>
      {data && data.items.length > 0 && (
        <p>
          <Link to="/settings" search={{ tab: 'audit' }}>
            {t('overview.allChanges')}
          </Link>
        </p>
      )}
    </Panel>
  )
}
