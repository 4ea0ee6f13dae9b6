import { Button, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { OutsideNumber } from '../api/types'
import { answers, Questions, type Given } from '../changes/Questions'
import { t } from '../locale'
import { pageSize } from '../search-params'
import { HolderLink } from '../ringgroups/HolderLink'
import { useMay } from '../session/may'
import { advise } from '../ui/advise'
import { DangerDialog } from '../ui/DangerDialog'
import { DataTable, type Column } from '../ui/DataTable'
import { pagingOf } from '../ui/paging'
import { ErrorView } from '../ui/ErrorView'
import { FilterLine } from '../ui/FilterLine'
import { IconAlert, IconPencil, IconTrash } from '../ui/icons'
import { OutsideDialog } from './OutsideDialog'
import { outsideDeletionQuery, outsideQuery, useDeleteOutside } from './queries'

const columns = (): Column<OutsideNumber>[] => [
  {
    id: 'value',
    header: 'outside.value',
    sort: 'value',
    numeric: true,
    cell: (number) => <span className="strong">{number.shown}</span>,
  },
  { id: 'leadsTo', header: 'outside.leadsTo', sort: 'place', cell: (number) => <LeadsTo number={number} /> },
  { id: 'extension', header: 'outside.extension', numeric: true, hide: 'narrow', cell: (number) => number.extension },
  { id: 'location', header: 'outside.locationId', hide: 'medium', cell: (number) => number.locationName },
  { id: 'note', header: 'outside.note', hide: 'medium', cell: (number) => number.note },
  {
    id: 'state',
    header: 'outside.state',
    hide: 'narrow',
    cell: (number) => (
      <span className={number.state === 'active' ? undefined : 'mark-off'}>{t(`outside.state.${number.state}`)}</span>
    ),
  },
]

function LeadsTo({ number: { leadsTo, state } }: { number: OutsideNumber }) {
  if (leadsTo) return <HolderLink holder={leadsTo}>{leadsTo.name}</HolderLink>
  if (state !== 'active') return <>–</>
  return (
    <span className="warn with-icon">
      <IconAlert size={14} aria-hidden />
      {t('outside.nowhere')}
    </span>
  )
}

const lead = ['unassigned', 'assigned'] as const
const states = ['active', 'paused', 'ported'] as const

/** OutsideTab is the list of outside numbers, those that lead nowhere first. */
export function OutsideTab({ onNew }: { onNew: () => void }) {
  const search = useSearch({ from: '/shell/numbers' })
  const navigate = useNavigate({ from: '/numbers' })
  const mayWrite = useMay()('pools:write')
  const page = search.page ?? 1
  const list = useQuery(
    outsideQuery({
      q: search.q,
      sort: search.sort,
      unassigned: search.lead && (search.lead === 'unassigned' ? 'true' : 'false'),
      state: search.state,
      page,
      limit: pageSize,
    }),
  )
  const [editing, setEditing] = useState<OutsideNumber>()
  const [deleting, setDeleting] = useState<OutsideNumber>()
  const filtered = Boolean(search.q ?? search.lead ?? search.state)
  return (
    <>
      <FilterLine
        label={t('outside.tab')}
        q={search.q}
        onQ={(q) => navigate({ search: { ...search, q, page: undefined }, replace: true })}
      >
        <Select
          aria-label={t('outside.leadsTo')}
          placeholder={t('outside.leadsTo')}
          clearable
          clearButtonProps={{ 'aria-label': t('clear') }}
          value={search.lead ?? null}
          onChange={(to) =>
            navigate({ search: { ...search, lead: lead.find((one) => one === to), page: undefined }, replace: true })
          }
          data={lead.map((value) => ({ value, label: t(`outside.${value}`) }))}
        />
        <Select
          aria-label={t('outside.state')}
          placeholder={t('outside.state')}
          clearable
          clearButtonProps={{ 'aria-label': t('clear') }}
          value={search.state ?? null}
          onChange={(to) =>
            navigate({ search: { ...search, state: states.find((one) => one === to), page: undefined }, replace: true })
          }
          data={states.map((value) => ({ value, label: t(`outside.state.${value}`) }))}
        />
      </FilterLine>
      <DataTable
        label={t('outside.tab')}
        columns={columns()}
        rows={list.data?.items}
        state={list}
        rowKey={(number) => number.id}
        rowName={(number) => number.shown}
        sort={search.sort ?? 'place'}
        onSort={(sort) => navigate({ search: { ...search, sort, page: undefined }, replace: true })}
        {...(mayWrite && {
          onOpen: setEditing,
          actions: () => [
            { label: t('edit'), icon: <IconPencil size={15} />, onClick: setEditing },
            { label: t('delete'), icon: <IconTrash size={15} />, danger: true, onClick: setDeleting },
          ],
        })}
        paging={list.data && pagingOf(list.data, page, pageSize, (to) => navigate({ search: { ...search, page: to } }))}
        empty={
          filtered ? (
            <p>{search.q ? t('list.noMatch', { text: search.q }) : t('list.nothing')}</p>
          ) : (
            <>
              <p>{t('outside.empty')}</p>
              {mayWrite && <Button onClick={onNew}>{t('outside.add')}</Button>}
            </>
          )
        }
      />
      {editing && <OutsideDialog number={editing} onClose={() => setEditing(undefined)} />}
      {deleting && <DeleteOutsideDialog number={deleting} onClose={() => setDeleting(undefined)} />}
    </>
  )
}

function DeleteOutsideDialog({ number, onClose }: { number: OutsideNumber; onClose: () => void }) {
  const remove = useDeleteOutside()
  const deletion = useQuery(outsideDeletionQuery(number.id))
  const [given, setGiven] = useState<Given>({})
  const confirm = async () => {
    const resolved = deletion.data && answers(deletion.data, given)
    if (!resolved) throw new Error(t('refers.incomplete'))
    await remove.mutateAsync({ id: number.id, resolution: { answers: resolved } })
    advise({ tone: 'removed', text: t('outside.deleted', { number: number.shown }) }, 'here')
    onClose()
  }
  return (
    <DangerDialog title={t('outside.deleteTitle', { number: number.shown })} onClose={onClose} onConfirm={confirm}>
      <p>{number.leadsTo ? t('outside.deleteLed', { name: number.leadsTo.name }) : t('outside.deleteText')}</p>
      {deletion.error && <ErrorView error={deletion.error} />}
      {deletion.data && <Questions deletion={deletion.data} given={given} onGiven={setGiven} />}
    </DangerDialog>
  )
}
