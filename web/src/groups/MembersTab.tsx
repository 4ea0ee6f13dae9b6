import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { asProblem } from '../api/problem'
import type { Group, User } from '../api/types'
import { t } from '../locale'
import { pageSize } from '../search-params'
import { useMay } from '../session/may'
import { advise } from '../ui/advise'
import { DataTable, type Column, type RowAction } from '../ui/DataTable'
import { pagingOf } from '../ui/paging'
import { FilterLine } from '../ui/FilterLine'
import { IconPencil, IconPlus } from '../ui/icons'
import { problemText } from '../ui/problem-text'
import { usersQuery } from '../users/queries'
import { AddMembersDialog } from './AddMembersDialog'
import { atHome, concerned, useChangeMembers, type MemberChange } from './members'

const memberColumns = (group: number): Column<User>[] => [
  {
    id: 'name',
    header: 'user.displayName',
    sort: 'lastName',
    cell: (user) => (
      <Link to="/accounts/$id" params={{ id: String(user.id) }} className="strong">
        {user.displayName}
      </Link>
    ),
  },
  { id: 'number', header: 'user.number', sort: 'number', numeric: true, hide: 'narrow', cell: (user) => user.number },
  {
    id: 'as',
    header: 'members.as',
    cell: (user) => (atHome(user, group) ? t('members.home') : t('members.further', { name: user.groupName ?? '' })),
  },
]

/** MembersTab is who is in a group, at home or besides, and who comes and goes. */
export function MembersTab({ group }: { group: Group }) {
  const search = useSearch({ from: '/shell/groups/$id' })
  const navigate = useNavigate({ from: '/groups/$id' })
  const may = useMay()('users:write')
  const [chosen, setChosen] = useState<ReadonlySet<string | number>>(new Set())
  const [adding, setAdding] = useState(false)
  const change = useChangeMembers(group)
  const page = search.page ?? 1
  const sort = search.sort ?? 'lastName'
  const list = useQuery(usersQuery({ group: group.id, q: search.q, sort, page, limit: pageSize }))
  // The form of the group stays as it is typed behind the other tab: this asks nobody to leave it.
  const show = (to: Partial<typeof search>) => {
    setChosen(new Set())
    return navigate({ search: { ...search, page: undefined, ...to }, replace: true, ignoreBlocker: true })
  }
  const make = (what: MemberChange, users: User[]) =>
    change.mutate(
      { change: what, ids: users.map((user) => user.id) },
      {
        onSuccess: () => setChosen(new Set()),
        onError: (error) => advise({ tone: 'failed', text: problemText(asProblem(error)) }, 'here'),
      },
    )
  const open = (user: User) => void navigate({ to: '/accounts/$id', params: { id: String(user.id) } })
  const actions = (user: User): RowAction<User>[] => [
    { label: t('edit'), icon: <IconPencil size={15} />, onClick: open },
    ...(may && !atHome(user, group.id)
      ? [
          { label: t('members.moveHome'), onClick: () => make('movedHome', [user]) },
          { label: t('members.takeOut'), danger: true, onClick: () => make('takenOut', [user]) },
        ]
      : []),
  ]
  return (
    <>
      <p className="dimmed">{t('members.help')}</p>
      <FilterLine label={t('group.tab.members')} q={search.q} onQ={(q) => show({ q })}>
        {may && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
            {t('members.add')}
          </Button>
        )}
      </FilterLine>
      <DataTable
        label={t('group.tab.members')}
        columns={memberColumns(group.id)}
        rows={list.data?.items}
        state={list}
        rowKey={(user) => user.id}
        rowName={(user) => user.displayName}
        onOpen={open}
        sort={sort}
        onSort={(to) => show({ sort: to })}
        actions={actions}
        {...(may && {
          selected: chosen,
          onSelect: setChosen,
          chosenBar: (
            <Chosen
              users={(list.data?.items ?? []).filter((user) => chosen.has(user.id))}
              group={group.id}
              busy={change.isPending}
              make={make}
            />
          ),
        })}
        paging={list.data && pagingOf(list.data, page, pageSize, (to) => show({ page: to }))}
        empty={<p>{search.q ? t('list.noMatch', { text: search.q }) : t('members.empty')}</p>}
      />
      {adding && <AddMembersDialog group={group} onClose={() => setAdding(false)} />}
    </>
  )
}

interface ChosenProps {
  users: User[]
  group: number
  busy: boolean
  make: (change: MemberChange, users: User[]) => void
}

/** Chosen is what one does to the chosen members; of those who are at home here nothing but staying. */
function Chosen({ users, group, busy, make }: ChosenProps) {
  const further = concerned(users, group)
  return (
    <>
      <span role="status">{t('bulk.chosen', { n: users.length })}</span>
      <Button
        size="compact-sm"
        variant="default"
        disabled={busy || further.length === 0}
        onClick={() => make('movedHome', further)}
      >
        {t('members.moveHome')}
      </Button>
      <Button
        size="compact-sm"
        variant="outline"
        color="red"
        disabled={busy || further.length === 0}
        onClick={() => make('takenOut', further)}
      >
        {t('members.takeOut')}
      </Button>
      {further.length < users.length && <span className="dimmed">{t('members.homeStays')}</span>}
    </>
  )
}
