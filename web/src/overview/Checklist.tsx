import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { recordsQuery } from '../calls/queries'
import { registrationsQuery } from '../devices/queries'
import { groupsQuery } from '../groups/queries'
import { t, type TextKey } from '../locale'
import { IconCircle, IconCircleCheck } from '../ui/icons'
import { usersQuery } from '../users/queries'
import { seen, type Sights } from './seen'

const targets: Partial<Record<keyof Sights, string>> = {
  group: '/groups/new',
  accounts: '/accounts/new',
  phone: '/accounts',
  second: '/accounts/new',
}

/** Checklist leads a new system to its first call; each line is ticked by seeing it happen. It goes when all is seen. */
export function Checklist() {
  const groups = useQuery(groupsQuery({ limit: 1 }))
  const users = useQuery(usersQuery({ limit: 1 }))
  const phones = useQuery(registrationsQuery({ limit: 1 }))
  const records = useQuery(recordsQuery({ limit: 200 }))
  const owners = useQuery(usersQuery({ role: 'owner', limit: 2 }))
  const administrators = useQuery(usersQuery({ role: 'administrator', limit: 1 }))
  if (!groups.data || !users.data || !phones.data || !records.data || !owners.data || !administrators.data) return null

  const sights = seen({
    groups: groups.data.total,
    users: users.data.total,
    phones: phones.data.total,
    records: records.data.items,
    administrators: owners.data.total + administrators.data.total,
  })
  const steps = Object.entries(sights) as [keyof Sights, boolean][]
  const left = steps.filter(([, done]) => !done).length
  if (left === 0) return null
  const current = steps.find(([, done]) => !done)?.[0]
  return (
    <section className="panel checklist" aria-label={t('checklist.title')}>
      <h2>{t('checklist.title')}</h2>
      <ol>
        {steps.map(([step, done]) => {
          const target = targets[step]
          const label = t(`checklist.${step}` satisfies TextKey)
          return (
            <li key={step} data-done={done || undefined} data-current={step === current || undefined}>
              {done ? <IconCircleCheck size={18} aria-hidden /> : <IconCircle size={18} aria-hidden />}
              <span>
                {target && !done ? <Link to={target}>{label}</Link> : label}
                {done && <span className="visually-hidden"> {t('checklist.done')}</span>}
                {step === current && (
                  <span className="checklist-help">{t(`checklist.${step}Help` satisfies TextKey)}</span>
                )}
              </span>
            </li>
          )
        })}
      </ol>
    </section>
  )
}
