import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { leavesQuery } from '../changes/queries'
import { t } from '../locale'
import { Ago } from '../ui/Time'

/** LeavesDue is who leaves next, and whose account goes next; nothing when nobody does. */
export function LeavesDue() {
  const { data } = useQuery(leavesQuery)
  const due = (data?.items ?? [])
    .map((leave) => ({ leave, at: leave.goneAt ? leave.deleteAt : leave.on }))
    .toSorted((a, b) => (a.at ?? '9').localeCompare(b.at ?? '9'))
  if (due.length === 0) return null
  return (
    <section className="panel" aria-label={t('leave.due')}>
      <h2>{t('leave.due')}</h2>
      <ul className="lines">
        {due.slice(0, 8).map(({ leave, at }) => (
          <li key={leave.userId}>
            <Link to="/accounts/$id" params={{ id: String(leave.userId) }}>
              {leave.user.displayName}
            </Link>
            <span className="dimmed">
              {t(leave.goneAt ? (at ? 'leave.deletedOn' : 'leave.hasLeft') : 'leave.dueOn')}
            </span>
            {at && <Ago at={at} />}
          </li>
        ))}
      </ul>
    </section>
  )
}
