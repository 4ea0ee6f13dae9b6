import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { t } from '../locale'
import { outboxQuery } from '../settings/mail'
import { Note } from '../ui/Advisory'
import { stuck } from './stuck'

/** MailStuck says that mail could not be sent, and leads to what the mail server answered. */
export function MailStuck() {
  const { data } = useQuery({ ...outboxQuery(1, 100), refetchInterval: 60_000 })
  const n = stuck(data?.items ?? [])
  if (n === 0) return null
  return (
    <div role="status" className="mail-stuck">
      <Note tone="failed">
        {t('overview.mailStuck', { n })}{' '}
        <Link to="/settings" search={{ tab: 'mail' }}>
          {t('overview.mailStuckWhy')}
        </Link>
      </Note>
    </div>
  )
}
