import { useQuery } from '@tanstack/react-query'
import { useState, type SyntheticEvent } from 'react'
import type { ChangeItem, ChangeSet } from '../api/types'
import { t, tOr } from '../locale'
import { ErrorView } from '../ui/ErrorView'
import { Pager } from '../ui/Pager'
import { changeText, fieldChanges, itemName, type Names } from './change-text'
import { changeItemsQuery, itemsSize } from './queries'
import { ThingLink } from './ThingLink'

/** ChangeDetails is a change in a line, and opened: each thing, field by field, from what to what. */
export function ChangeDetails({ change }: { change: ChangeSet }) {
  const [open, setOpen] = useState(false)
  return (
    <details onToggle={(event: SyntheticEvent<HTMLDetailsElement>) => setOpen(event.currentTarget.open)}>
      <summary>{changeText(change)}</summary>
      {open && <Items change={change} />}
    </details>
  )
}

function Items({ change }: { change: ChangeSet }) {
  const [page, setPage] = useState(1)
  const { data, error, refetch } = useQuery(changeItemsQuery(change.id, page))
  if (error) return <ErrorView error={error} retry={() => void refetch()} />
  if (!data) return <div className="skeleton" role="status" aria-label={t('loading')} />
  return (
    <>
      {data.items.map((item) => (
        <Item key={`${item.kind}${item.id}${item.key ?? ''}`} item={item} names={data.names} />
      ))}
      <Pager page={page} limit={itemsSize} total={data.total} onPage={setPage} label={changeText(change)} />
      <p className="dimmed">
        {t('audit.meta', { id: String(change.id), intent: change.intent, source: change.source })}
      </p>
    </>
  )
}

function Item({ item, names }: { item: ChangeItem; names: Names }) {
  const fields = fieldChanges(item, names)
  const kind = tOr(`kind.${item.kind}`, item.kind)
  return (
    <div className="audit-item">
      <strong>
        {kind}{' '}
        <ThingLink thing={item} gone={item.action === 'deleted'}>
          {itemName(item) || item.key || (item.id ? String(item.id) : '')}
        </ThingLink>
      </strong>{' '}
      <span className="tag">{t(`audit.action.${item.action}`)}</span>
      {fields.length > 0 && (
        <dl className="pairs">
          {fields.map(({ field, label, before, after }) => (
            <div key={field}>
              <dt>{label}</dt>
              <dd>
                {before && <del>{before}</del>}
                {before && after && ' → '}
                {after && <ins>{after}</ins>}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  )
}
