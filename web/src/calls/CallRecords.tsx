import { Button, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { CallRecord } from '../api/types'
import { t, tOr } from '../locale'
import { duration } from '../locale/format'
import { pageSize } from '../search-params'
import { DataTable, type Column } from '../ui/DataTable'
import { countOf, pagingOf } from '../ui/paging'
import { FilterLine } from '../ui/FilterLine'
import { SecurityMark } from '../ui/marks'
import { At } from '../ui/Time'
import { dayEnd, dayStart } from './days'
import { PartyCell, partyText } from './parties'
import { recordsQuery } from './queries'

const recordColumns = (): Column<CallRecord>[] => [
  { id: 'startedAt', header: 'record.startedAt', cell: (record) => <At at={record.startedAt} /> },
  { id: 'caller', header: 'call.caller', cell: (record) => <PartyCell party={record.caller} /> },
  {
    id: 'callee',
    header: 'call.callee',
    cell: (record) => (
      <PartyCell party={record.callee.number ? record.callee : { ...record.callee, number: record.dialled ?? '' }} />
    ),
  },
  {
    id: 'duration',
    header: 'call.duration',
    numeric: true,
    cell: (record) => (record.answeredAt ? duration(record.durationSeconds) : '–'),
  },
  {
    id: 'end',
    header: 'record.endReason',
    hide: 'narrow',
    cell: (record) =>
      record.open ? (
        t('record.open')
      ) : record.answeredBy === 'mailbox' ? (
        t('record.mailbox')
      ) : (
        <span title={record.sipStatus ? `SIP ${record.sipStatus}` : undefined}>
          {tOr(`end.${record.endReason}`, record.endReason)}
        </span>
      ),
  },
  {
    id: 'security',
    header: 'security.short',
    hide: 'medium',
    cell: ({ security, answeredAt }) =>
      answeredAt ? (
        security.caller === security.callee ? (
          <SecurityMark mode={security.caller} />
        ) : (
          <>
            <SecurityMark mode={security.caller} /> <SecurityMark mode={security.callee} />
          </>
        )
      ) : (
        '–'
      ),
  },
]

/** CallRecords is what calls left behind, the newest first. */
export function CallRecords() {
  const search = useSearch({ from: '/shell/calls' })
  const navigate = useNavigate({ from: '/calls' })
  const page = search.page ?? 1
  const { from, to, q, user } = search
  const list = useQuery(recordsQuery({ q, user, from: dayStart(from), to: dayEnd(to), page, limit: pageSize }))
  const filter = (change: Partial<typeof search>) =>
    navigate({ search: { ...search, ...change, page: undefined }, replace: true })
  const filtered = q || from || to || user
  return (
    <section className="section" aria-labelledby="call-records">
      <h2 id="call-records">
        {t('calls.records')} {list.data && <span className="page-count">{countOf(list.data)}</span>}
      </h2>
      <FilterLine label={t('calls.records')} q={q} onQ={(text) => filter({ q: text })}>
        <TextInput
          type="date"
          aria-label={t('record.from')}
          value={from ?? ''}
          onChange={(event) => filter({ from: event.currentTarget.value || undefined })}
        />
        <TextInput
          type="date"
          aria-label={t('record.to')}
          value={to ?? ''}
          onChange={(event) => filter({ to: event.currentTarget.value || undefined })}
        />
        {filtered && (
          <Button variant="subtle" onClick={() => navigate({ search: {} })}>
            {t('filter.clear')}
          </Button>
        )}
      </FilterLine>
      <DataTable
        label={t('calls.records')}
        columns={recordColumns()}
        rows={list.data?.items}
        state={list}
        rowKey={(record) => record.id}
        rowName={(record) => `${partyText(record.caller)} – ${partyText(record.callee)}`}
        paging={
          list.data && pagingOf(list.data, page, pageSize, (next) => navigate({ search: { ...search, page: next } }))
        }
        empty={<p>{filtered ? t('list.noMatchFilter') : t('calls.noRecords')}</p>}
      />
    </section>
  )
}
