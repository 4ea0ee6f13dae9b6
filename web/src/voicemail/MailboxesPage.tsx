import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { Mailbox } from '../api/types'
import { groupChoices } from '../groups/queries'
import { formatNumber, t } from '../locale'
import { octets } from '../locale/format'
import { pageSize } from '../search-params'
import { DataTable, type Column } from '../ui/DataTable'
import { FilterLine } from '../ui/FilterLine'
import { Page } from '../ui/Page'
import { countOf, pagingOf } from '../ui/paging'
import { Ago } from '../ui/Time'
import { mailboxesQuery } from './queries'

const mailboxColumns = (): Column<Mailbox>[] => [
  {
    id: 'user',
    header: 'users.name',
    sort: 'lastName',
    cell: ({ user }) => (
      <Link to="/accounts/$id" params={{ id: String(user.id) }} className="strong">
        {user.displayName}
      </Link>
    ),
  },
  { id: 'number', header: 'user.number', sort: 'number', numeric: true, cell: ({ user }) => user.number || '–' },
  { id: 'new', header: 'voicemail.newOnes', numeric: true, cell: (box) => formatNumber(box.new) },
  { id: 'saved', header: 'voicemail.saved', numeric: true, hide: 'narrow', cell: (box) => formatNumber(box.saved) },
  { id: 'used', header: 'voicemail.used', cell: (box) => <Used box={box} /> },
  { id: 'size', header: 'voicemail.size', numeric: true, hide: 'medium', cell: (box) => octets(box.size) },
  {
    id: 'newest',
    header: 'voicemail.newest',
    hide: 'medium',
    cell: ({ newestAt }) => (newestAt ? <Ago at={newestAt} /> : '–'),
  },
]

/** Used is how many messages a mailbox holds of those it can. */
function Used({ box }: { box: Mailbox }) {
  if (!box.mailbox) return <span className="dimmed">{t('voicemail.noMailbox')}</span>
  const used = t('voicemail.usedOf', { used: box.new + box.saved, most: box.maxMessages })
  return (
    <span className="digits">
      {used} {box.full && <span className="mark-off">{t('voicemail.isFull')}</span>}
    </span>
  )
}

/** MailboxesPage is how full the accounts' mailboxes are; what is in them is their owners' alone. */
export function MailboxesPage() {
  const search = useSearch({ from: '/shell/voicemail' })
  const navigate = useNavigate({ from: '/voicemail' })
  const groups = useQuery(groupChoices)
  const page = search.page ?? 1
  const sort = search.sort ?? 'lastName'
  const list = useQuery(mailboxesQuery({ ...search, sort, page, limit: pageSize }))
  const filter = (more: Partial<typeof search>) => ({ search: { ...search, ...more, page: undefined }, replace: true })
  return (
    <Page title={t('menu.voicemail')} count={list.data && countOf(list.data)}>
      <FilterLine label={t('menu.voicemail')} q={search.q} onQ={(q) => navigate(filter({ q }))}>
        <Select
          aria-label={t('users.filterGroup')}
          placeholder={t('users.anyGroup')}
          clearable
          searchable
          nothingFoundMessage={t('list.nothing')}
          clearButtonProps={{ 'aria-label': t('clear') }}
          data={(groups.data?.items ?? []).map((group) => ({ value: String(group.id), label: group.name }))}
          value={search.group ? String(search.group) : null}
          onChange={(group) => void navigate(filter({ group: group ? Number(group) : undefined }))}
        />
      </FilterLine>
      <DataTable
        label={t('menu.voicemail')}
        columns={mailboxColumns()}
        rows={list.data?.items}
        state={list}
        rowKey={({ user }) => user.id}
        rowName={({ user }) => user.displayName}
        onOpen={({ user }) => void navigate({ to: '/accounts/$id', params: { id: String(user.id) } })}
        sort={sort}
        onSort={(to) => navigate({ search: { ...search, sort: to, page: undefined } })}
        paging={list.data && pagingOf(list.data, page, pageSize, (to) => navigate({ search: { ...search, page: to } }))}
        empty={<p>{search.q || search.group ? t('list.noMatchFilter') : t('voicemail.noAccounts')}</p>}
      />
    </Page>
  )
}
