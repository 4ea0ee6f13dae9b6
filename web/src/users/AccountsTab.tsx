import { Button, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { asProblem } from '../api/problem'
import type { SecretName, User } from '../api/types'
import { hangUpCallsOf } from '../calls/of-user'
import { groupChoices } from '../groups/queries'
import { t, tOr } from '../locale'
import { pageSize, type AccountSearch } from '../search-params'
import { useMay } from '../session/may'
import { advise } from '../ui/advise'
import { DataTable, type Column, type RowAction } from '../ui/DataTable'
import { pagingOf } from '../ui/paging'
import { FilterLine } from '../ui/FilterLine'
import { IconCopy, IconKey, IconLock, IconPencil, IconRoute, IconTrash, IconUser, IconUserOff } from '../ui/icons'
import { OnlineMark, StateMark } from '../ui/marks'
import { problemText } from '../ui/problem-text'
import { changeActions, ChangeDialog, type Changing } from './ChangeMenu'
import { ChosenBar } from './ChosenBar'
import { DeleteUserDialog } from './DeleteUserDialog'
import { ResetDialog } from './EditUserPage'
import { AdministratorDialog, isAdministrator } from './AdministratorDialog'
import { Photo } from './Photo'
import { locationChoices, useUpdateUser, usersQuery } from './queries'
import { roleChoices } from './roles'

const none: ReadonlySet<string | number> = new Set()
const resettable: Record<string, SecretName[]> = {
  person: ['portalPassword', 'voicemailPin', 'sipPassword'],
  space: ['voicemailPin', 'sipPassword'],
  phantom: ['voicemailPin'],
  operator: ['portalPassword'],
}

const userColumns = (): Column<User>[] => [
  { id: 'number', header: 'user.number', sort: 'number', numeric: true, cell: (user) => user.number },
  {
    id: 'name',
    header: 'users.name',
    sort: 'lastName',
    cell: (user) => (
      <>
        <Photo id={user.id} photo={user.photo} name={user.displayName} />
        <Link to="/accounts/$id" params={{ id: String(user.id) }} className="strong">
          {user.displayName}
        </Link>
        {isAdministrator(user) && <span className="tag admin-mark">{t('admin.mark')}</span>}
        {user.managedBy && (
          <span className="tag" title={t('users.managedBy', { name: user.managedBy })}>
            LDAP
          </span>
        )}
        {user.kind !== 'person' && <span className="tag">{tOr(`user.kind.${user.kind}`, user.kind)}</span>}
        {user.role !== 'user' && !isAdministrator(user) && (
          <span className="tag">{tOr(`role.${user.role}`, user.role)}</span>
        )}
      </>
    ),
  },
  {
    id: 'group',
    header: 'user.groupId',
    hide: 'narrow',
    cell: (user) =>
      user.groupId ? (
        <Link to="/groups/$id" params={{ id: String(user.groupId) }}>
          {user.groupName}
        </Link>
      ) : (
        '–'
      ),
  },
  {
    id: 'online',
    header: 'users.phone',
    cell: (user) => (user.kind === 'operator' ? '–' : <OnlineMark online={user.online} />),
  },
  { id: 'enabled', header: 'users.state', hide: 'narrow', cell: (user) => <StateMark enabled={user.enabled} /> },
  { id: 'email', header: 'user.email', sort: 'email', hide: 'medium', cell: (user) => user.email },
]

/** AccountsTab is the list of all users. */
export function AccountsTab() {
  const search = useSearch({ from: '/shell/people/accounts' })
  const navigate = useNavigate({ from: '/accounts' })
  const may = useMay()
  const page = search.page ?? 1
  const sort = search.sort ?? 'lastName'
  const list = useQuery(usersQuery({ ...search, sort, page, limit: pageSize }))
  const groups = useQuery(groupChoices)
  const [deleting, setDeleting] = useState<User>()
  const [resetting, setResetting] = useState<User>()
  const [changing, setChanging] = useState<Changing>()
  const [switching, setSwitching] = useState<User>()
  const [chosen, setChosen] = useChosen(JSON.stringify(search))
  const toggleEnabled = useToggleEnabled()
  const open = (user: User) => void navigate({ to: '/accounts/$id', params: { id: String(user.id) } })
  const filter = (change: Partial<typeof search>) =>
    navigate({ search: { ...search, ...change, page: undefined }, replace: true })
  const filtered = Object.entries(search).some(
    ([name, value]) => name !== 'sort' && name !== 'page' && value !== undefined,
  )

  const actions = (user: User): RowAction<User>[] => [
    { label: t('edit'), icon: <IconPencil size={15} />, onClick: open },
    ...(user.kind === 'operator'
      ? []
      : [
          {
            label: t('routing.menu'),
            icon: <IconRoute size={15} />,
            onClick: () => void navigate({ to: '/accounts/$id/routing', params: { id: String(user.id) } }),
          },
        ]),
    ...(may('users:write')
      ? [
          ...(user.kind === 'operator'
            ? []
            : [
                {
                  label: t('users.copy'),
                  icon: <IconCopy size={15} />,
                  onClick: () => void navigate({ to: '/accounts/new', search: { copy: user.id } }),
                },
              ]),
          { label: t('users.reset'), icon: <IconKey size={15} />, onClick: setResetting },
          ...(may('roles:write') && user.role !== 'owner' && user.kind === 'person'
            ? [
                {
                  label: t(isAdministrator(user) ? 'admin.rowTake' : 'admin.rowGive'),
                  icon: <IconLock size={15} />,
                  onClick: setSwitching,
                },
              ]
            : []),
          {
            label: user.enabled ? t('users.disable') : t('users.enable'),
            icon: user.enabled ? <IconUserOff size={15} /> : <IconUser size={15} />,
            onClick: toggleEnabled,
          },
          ...changeActions(user, setChanging),
          { label: t('delete'), icon: <IconTrash size={15} />, danger: true, onClick: setDeleting },
        ]
      : []),
  ]
  return (
    <>
      <FilterLine label={t('users.tab')} q={search.q} onQ={(q) => filter({ q })}>
        <Select
          aria-label={t('users.filterGroup')}
          placeholder={t('users.anyGroup')}
          clearable
          searchable
          clearButtonProps={{ 'aria-label': t('clear') }}
          data={(groups.data?.items ?? []).map((group) => ({ value: String(group.id), label: group.name }))}
          value={search.group ? String(search.group) : null}
          onChange={(group) => filter({ group: group ? Number(group) : undefined })}
        />
        <Select
          aria-label={t('users.filterKind')}
          placeholder={t('users.anyKind')}
          clearable
          clearButtonProps={{ 'aria-label': t('clear') }}
          data={(['person', 'phantom', 'space', 'operator'] as const).map((kind) => ({
            value: kind,
            label: t(`user.kind.${kind}`),
          }))}
          value={search.kind ?? null}
          onChange={(kind) => filter({ kind: kind ?? undefined })}
        />
        <Choice
          label={t('users.filterEnabled')}
          any={t('users.anyState')}
          yes={t('enabled')}
          no={t('disabled')}
          value={search.enabled}
          onChange={(enabled) => filter({ enabled })}
        />
        <Choice
          label={t('users.filterOnline')}
          any={t('users.anyOnline')}
          yes={t('online')}
          no={t('offline')}
          value={search.online}
          onChange={(online) => filter({ online })}
        />
        <MoreFilters search={search} filter={filter} />
        {filtered && (
          <Button variant="subtle" onClick={() => navigate({ search: { sort: search.sort } })}>
            {t('filter.clear')}
          </Button>
        )}
      </FilterLine>
      <DataTable
        label={t('users.tab')}
        columns={userColumns()}
        rows={list.data?.items}
        state={list}
        rowKey={(user) => user.id}
        rowName={(user) => user.displayName}
        onOpen={open}
        sort={sort}
        onSort={(to) => navigate({ search: { ...search, sort: to, page: undefined } })}
        actions={actions}
        {...(may('users:write') && {
          selected: chosen,
          onSelect: setChosen,
          chosenBar: (
            <ChosenBar
              users={(list.data?.items ?? []).filter((user) => chosen.has(user.id))}
              onNone={() => setChosen(new Set())}
            />
          ),
        })}
        paging={list.data && pagingOf(list.data, page, pageSize, (to) => navigate({ search: { ...search, page: to } }))}
        empty={
          filtered ? <p>{t('list.noMatchFilter')}</p> : <NoAccounts groups={groups.data?.total} group={search.group} />
        }
      />
      {switching && <AdministratorDialog user={switching} onClose={() => setSwitching(undefined)} />}
      {deleting && <DeleteUserDialog user={deleting} onClose={() => setDeleting(undefined)} />}
      <ChangeDialog changing={changing} onClose={() => setChanging(undefined)} />
      {resetting && (
        <ResetDialog
          user={resetting}
          secrets={resettable[resetting.kind] ?? []}
          onClose={() => setResetting(undefined)}
        />
      )}
    </>
  )
}

/** MoreFilters is the filters that not every list needs: locations, directories and who leaves only where there are any. */
function MoreFilters({
  search,
  filter,
}: {
  search: AccountSearch
  filter: (change: Partial<AccountSearch>) => unknown
}) {
  const locations = useQuery(locationChoices).data?.items ?? []
  const managed = useQuery(usersQuery({ managed: true, limit: 1 })).data?.total ?? 0
  const leaving = useQuery(usersQuery({ leaving: true, limit: 1 })).data?.total ?? 0
  return (
    <>
      {(locations.length > 0 || search.location !== undefined) && (
        <Select
          aria-label={t('users.filterLocation')}
          placeholder={t('users.anyLocation')}
          clearable
          searchable
          clearButtonProps={{ 'aria-label': t('clear') }}
          data={locations.map((location) => ({ value: String(location.id), label: location.name }))}
          value={search.location ? String(search.location) : null}
          onChange={(location) => filter({ location: location ? Number(location) : undefined })}
        />
      )}
      <Select
        aria-label={t('users.filterRole')}
        placeholder={t('users.anyRole')}
        clearable
        clearButtonProps={{ 'aria-label': t('clear') }}
        data={roleChoices(true)}
        value={search.role ?? null}
        onChange={(role) => filter({ role: role ?? undefined })}
      />
      <Choice
        label={t('users.filterSignIn')}
        any={t('users.anySignIn')}
        yes={t('users.signedInYes')}
        no={t('users.neverSignedIn')}
        value={search.signedIn}
        onChange={(signedIn) => filter({ signedIn })}
      />
      {(leaving > 0 || search.leaving !== undefined) && (
        <Choice
          label={t('users.filterLeaving')}
          any={t('users.anyLeaving')}
          yes={t('users.leavingYes')}
          no={t('users.leavingNo')}
          value={search.leaving}
          onChange={(to) => filter({ leaving: to })}
        />
      )}
      {(managed > 0 || search.managed !== undefined) && (
        <Choice
          label={t('users.filterManaged')}
          any={t('users.anyManaged')}
          yes={t('users.managedYes')}
          no={t('users.managedNo')}
          value={search.managed}
          onChange={(to) => filter({ managed: to })}
        />
      )}
    </>
  )
}

function NoAccounts({ groups, group }: { groups: number | undefined; group: number | undefined }) {
  const may = useMay()
  if (groups === 0) {
    return (
      <>
        <p>{t('users.noGroup')}</p>
        {may('groups:write') && (
          <Button renderRoot={(props) => <Link to="/groups/new" {...props} />}>{t('groups.new')}</Button>
        )}
      </>
    )
  }
  return (
    <>
      <p>{t('users.empty')}</p>
      {may('users:write') && (
        <Button renderRoot={(props) => <Link to="/accounts/new" search={{ group }} {...props} />}>
          {t('users.new')}
        </Button>
      )}
    </>
  )
}

interface ChoiceProps {
  label: string
  any: string
  yes: string
  no: string
  value: boolean | undefined
  onChange: (value: boolean | undefined) => void
}

/** useChosen is the rows chosen in one list; another page or filter begins anew. */
function useChosen(list: string): [ReadonlySet<string | number>, (ids: Set<string | number>) => void] {
  const [chosen, setChosen] = useState<{ list: string; ids: ReadonlySet<string | number> }>({ list, ids: none })
  return [chosen.list === list ? chosen.ids : none, (ids) => setChosen({ list, ids })]
}

/** Choice is a filter with three states: any, yes, no. */
function Choice({ label, any, yes, no, value, onChange }: ChoiceProps) {
  return (
    <Select
      aria-label={label}
      placeholder={any}
      clearable
      clearButtonProps={{ 'aria-label': t('clear') }}
      data={[
        { value: 'true', label: yes },
        { value: 'false', label: no },
      ]}
      value={value === undefined ? null : String(value)}
      onChange={(to) => onChange(to === null ? undefined : to === 'true')}
    />
  )
}

/** useToggleEnabled disables or enables an account at once, and offers to take it back. */
function useToggleEnabled(): (user: User) => void {
  const update = useUpdateUser()
  const set = async (user: User, enabled: boolean, version?: number) => {
    const { data } = await update.mutateAsync({ id: user.id, changes: { enabled }, version })
    const running = enabled ? undefined : await hangUpCallsOf(user.id)
    advise(
      {
        tone: enabled ? 'done' : 'removed',
        ...(running && { act: running }),
        text: t(enabled ? 'users.enabledLine' : 'users.disabledLine', { name: data.displayName }),
        undo: () => set(user, !enabled),
      },
      'here',
    )
  }
  return (user) => {
    set(user, !user.enabled, user.version).catch((error: unknown) =>
      advise({ tone: 'failed', text: problemText(asProblem(error)) }, 'here'),
    )
  }
}
