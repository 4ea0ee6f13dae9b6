import { useState, type SyntheticEvent } from 'react'
import { t } from '../locale'
import { useMay } from '../session/may'
import { ChangeList } from './ChangeList'

const shortPage = 10

type Kind = 'user' | 'group' | 'device' | 'location' | 'provisioning_profile' | 'ring_group'

/** History is everything that was changed about one thing; it is read when it is opened. */
export function History({ kind, id }: { kind: Kind; id: number }) {
  const may = useMay()
  const [open, setOpen] = useState(false)
  const [page, setPage] = useState(1)
  if (!may('audit:read')) return null
  return (
    <details
      className="section history"
      onToggle={(event: SyntheticEvent<HTMLDetailsElement>) => {
        // What is opened inside tells, too.
        if (event.target === event.currentTarget) setOpen(event.currentTarget.open)
      }}
    >
      <summary>
        <h2>{t('audit.history')}</h2>
      </summary>
      {open && (
        <ChangeList
          label={t('audit.history')}
          filter={{ kind, id, page, limit: shortPage }}
          onPage={setPage}
          empty={<p>{t('audit.noHistory')}</p>}
          brief
        />
      )}
    </details>
  )
}
