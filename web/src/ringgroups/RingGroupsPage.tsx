import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { RingGroup } from '../api/types'
import { t } from '../locale'
import { pageSize } from '../search-params'
import { useMay } from '../session/may'
import { DataTable, type Column, type RowAction } from '../ui/DataTable'
import { FilterLine } from '../ui/FilterLine'
import { useNewKey } from '../ui/hotkeys'
import { IconPencil, IconPhone, IconPlus, IconTrash } from '../ui/icons'
import { Page } from '../ui/Page'
import { countOf, pagingOf } from '../ui/paging'
import { DeleteRingGroupDialog } from './DeleteRingGroupDialog'
import { HolderLink } from './HolderLink'
import { ringGroupsQuery } from './queries'
import { called } from './values'

const ringGroupColumns = (): Column<RingGroup>[] => [
  {
    id: 'name',
    header: 'ringGroup.name',
    sort: 'name',
    cell: (group) => (
      <Link to="/ring-groups/$id" params={{ id: String(group.id) }} className="strong">
        {group.name}
      </Link>
    ),
  },
  { id: 'number', header: 'ringGroup.number', sort: 'number', numeric: true, cell: (group) => group.number || '–' },
  {
    id: 'strategy',
    header: 'ringGroup.strategy',
    hide: 'narrow',
    cell: (group) => t(`ringGroup.strategy.${group.strategy}`),
  },
  { id: 'members', header: 'ringGroup.members', cell: (group) => <MemberNames group={group} /> },
  {
    id: 'then',
    header: 'ringGroup.then',
    hide: 'medium',
    cell: ({ then }) =>
      then ? (
        <HolderLink holder={then}>{called(then)}</HolderLink>
      ) : (
        <span className="dimmed">{t('ringGroup.ends')}</span>
      ),
  },
]

const namesShown = 3

/** MemberNames is how many are called, and who the first of them are; all of them while one points at it. */
function MemberNames({ group: { members } }: { group: RingGroup }) {
  if (members.length === 0) return <span className="warn">{t('ringGroup.nobody')}</span>
  const names = members.map((member) => member.name)
  const more = names.length > namesShown ? ', …' : ''
  return (
    <span title={names.join(', ')}>
      <span className="digits">{members.length}</span>{' '}
      <span className="dimmed hide-narrow">{names.slice(0, namesShown).join(', ') + more}</span>
    </span>
  )
}

/** RingGroupsPage is the list of ring groups. */
export function RingGroupsPage() {
  const search = useSearch({ from: '/shell/ring-groups' })
  const navigate = useNavigate({ from: '/ring-groups' })
  const may = useMay()
  const mayWrite = may('pools:write')
  const [deleting, setDeleting] = useState<RingGroup>()
  const page = search.page ?? 1
  const sort = search.sort ?? 'name'
  const list = useQuery(ringGroupsQuery({ ...search, sort, page, limit: pageSize }))
  const open = (group: RingGroup) => void navigate({ to: '/ring-groups/$id', params: { id: String(group.id) } })
  useNewKey(() => {
    if (mayWrite) void navigate({ to: '/ring-groups/new' })
  })
  const actions = (group: RingGroup): RowAction<RingGroup>[] => [
    ...(mayWrite ? [{ label: t('edit'), icon: <IconPencil size={15} />, onClick: open }] : []),
    ...(group.number && may('calls:read')
      ? [
          {
            label: t('try.title'),
            icon: <IconPhone size={15} />,
            onClick: () => void navigate({ to: '/calls/try', search: { dialled: group.number } }),
          },
        ]
      : []),
    ...(mayWrite ? [{ label: t('delete'), icon: <IconTrash size={15} />, danger: true, onClick: setDeleting }] : []),
  ]
  return (
    <Page title={t('menu.ringGroups')} count={list.data && countOf(list.data)} action={mayWrite && <NewButton />}>
      <FilterLine
        label={t('menu.ringGroups')}
        q={search.q}
        onQ={(q) => navigate({ search: { ...search, q, page: undefined }, replace: true })}
      />
      <DataTable
        label={t('menu.ringGroups')}
        columns={ringGroupColumns()}
        rows={list.data?.items}
        state={list}
        rowKey={(group) => group.id}
        rowName={(group) => group.name}
        onOpen={open}
        sort={sort}
        onSort={(to) => navigate({ search: { ...search, sort: to, page: undefined } })}
        actions={actions}
        paging={list.data && pagingOf(list.data, page, pageSize, (to) => navigate({ search: { ...search, page: to } }))}
        empty={
          search.q ? (
            <p>{t('list.noMatch', { text: search.q })}</p>
          ) : (
            <>
              <p>{t('ringGroups.empty')}</p>
              {mayWrite && <NewButton />}
            </>
          )
        }
      />
      {deleting && <DeleteRingGroupDialog group={deleting} onClose={() => setDeleting(undefined)} />}
    </Page>
  )
}

function NewButton() {
  return (
    <Button leftSection={<IconPlus size={16} />} renderRoot={(props) => <Link to="/ring-groups/new" {...props} />}>
      {t('ringGroups.new')}
    </Button>
  )
}
