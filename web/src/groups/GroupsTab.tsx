import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { Group } from '../api/types'
import { useUndo } from '../audit/queries'
import { t } from '../locale'
import { asProblem } from '../api/problem'
import { pageSize } from '../search-params'
import { useMay } from '../session/may'
import { advise } from '../ui/advise'
import { DataTable, type Column } from '../ui/DataTable'
import { pagingOf } from '../ui/paging'
import { FilterLine } from '../ui/FilterLine'
import { IconArrowDown, IconArrowUp, IconPencil, IconTrash, IconUsers } from '../ui/icons'
import { problemText } from '../ui/problem-text'
import type { Drop } from '../ui/use-row-drag'
import { DeleteGroupDialog } from './DeleteGroupDialog'
import { placeFor } from './order'
import { groupsQuery, useMoveGroup } from './queries'

const groupColumns = (): Column<Group>[] => [
  {
    id: 'id',
    header: 'groups.id',
    sort: 'id',
    numeric: true,
    cell: (group) => (
      <Link
        to="/groups/$id"
        params={{ id: String(group.id) }}
        aria-label={t('groups.openId', { id: String(group.id), name: group.name })}
      >
        {String(group.id)}
      </Link>
    ),
  },
  {
    id: 'name',
    header: 'groups.name',
    sort: 'name',
    cell: (group) => (
      <Link to="/groups/$id" params={{ id: String(group.id) }} className="strong">
        {group.name}
      </Link>
    ),
  },
  {
    id: 'order',
    header: 'groups.order',
    sort: 'position',
    numeric: true,
    hide: 'narrow',
    cell: (group) => String(group.position),
  },
  { id: 'itEmail', header: 'groups.adminContact', hide: 'narrow', cell: (group) => group.itEmail },
  {
    id: 'members',
    header: 'groups.accounts',
    numeric: true,
    cell: (group) => (
      <Link
        to="/accounts"
        search={{ group: group.id }}
        aria-label={t('groups.openMembers', { n: group.memberCount, name: group.name })}
      >
        {String(group.memberCount)}
      </Link>
    ),
  },
]

/** GroupsTab is the list of groups. */
export function GroupsTab() {
  const search = useSearch({ from: '/shell/people/groups' })
  const navigate = useNavigate({ from: '/groups' })
  const may = useMay()
  const page = search.page ?? 1
  const sort = search.sort ?? 'name'
  const list = useQuery(groupsQuery({ ...search, sort, page, limit: pageSize }))
  const [deleting, setDeleting] = useState<Group>()
  const move = useMoveGroup()
  const undo = useUndo()
  const place = (group: Group, position: number) =>
    move.mutate(
      { id: group.id, position },
      {
        onSuccess: ({ changeSet }) =>
          advise(
            {
              tone: 'done',
              text: t('groups.moved', { name: group.name, place: String(position) }),
              ...(changeSet > 0 && {
                undo: async () => {
                  await undo.mutateAsync(changeSet)
                  advise({ tone: 'done', text: t('groups.movedBack', { name: group.name }) }, 'here')
                },
              }),
            },
            'here',
          ),
        onError: (error) => advise({ tone: 'failed', text: problemText(asProblem(error)) }, 'here'),
      },
    )
  const drop = (group: Group, { target, where }: Drop<Group>) => {
    const position = placeFor(group.position, target.position, where, sort === '-position')
    if (position !== undefined) place(group, position)
  }
  const open = (group: Group) => void navigate({ to: '/groups/$id', params: { id: String(group.id) } })

  return (
    <>
      <FilterLine
        label={t('groups.tab')}
        q={search.q}
        onQ={(q) => navigate({ search: { ...search, q, page: undefined }, replace: true })}
      />
      {sort.endsWith('position') && <p className="field-note">{t('groups.orderHelp')}</p>}
      <DataTable
        label={t('groups.tab')}
        columns={groupColumns()}
        rows={list.data?.items}
        state={list}
        rowKey={(group) => group.id}
        rowName={(group) => group.name}
        onOpen={open}
        onDrop={may('groups:write') && sort.endsWith('position') ? drop : undefined}
        sort={sort}
        onSort={(to) => navigate({ search: { ...search, sort: to, page: undefined } })}
        actions={(group) => [
          { label: t('edit'), icon: <IconPencil size={15} />, onClick: open },
          {
            label: t('groups.showMembers'),
            icon: <IconUsers size={15} />,
            onClick: () => void navigate({ to: '/accounts', search: { group: group.id } }),
          },
          ...(may('groups:write')
            ? [
                ...(group.position > 1
                  ? [
                      {
                        label: t('groups.moveUp'),
                        icon: <IconArrowUp size={15} />,
                        onClick: () => place(group, group.position - 1),
                      },
                    ]
                  : []),
                {
                  label: t('groups.moveDown'),
                  icon: <IconArrowDown size={15} />,
                  onClick: () => place(group, group.position + 1),
                },
                { label: t('delete'), icon: <IconTrash size={15} />, danger: true, onClick: () => setDeleting(group) },
              ]
            : []),
        ]}
        paging={list.data && pagingOf(list.data, page, pageSize, (to) => navigate({ search: { ...search, page: to } }))}
        empty={
          search.q ? (
            <p>{t('list.noMatch', { text: search.q })}</p>
          ) : (
            <>
              <p>{t('groups.empty')}</p>
              {may('groups:write') && (
                <Button renderRoot={(props) => <Link to="/groups/new" {...props} />}>{t('groups.new')}</Button>
              )}
            </>
          )
        }
      />
      {deleting && <DeleteGroupDialog group={deleting} onClose={() => setDeleting(undefined)} />}
    </>
  )
}
