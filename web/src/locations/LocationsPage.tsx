import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { Location } from '../api/types'
import { t } from '../locale'
import { pageSize } from '../search-params'
import { useMay } from '../session/may'
import { DataTable, type Column } from '../ui/DataTable'
import { countOf } from '../ui/paging'
import { FilterLine } from '../ui/FilterLine'
import { IconPencil, IconPlus } from '../ui/icons'
import { Page } from '../ui/Page'
import { locationsQuery } from './queries'

const locationColumns = (): Column<Location>[] => [
  {
    id: 'name',
    header: 'location.name',
    sort: 'name',
    cell: (location) => (
      <Link to="/locations/$id" params={{ id: String(location.id) }} className="strong">
        {location.name}
      </Link>
    ),
  },
  { id: 'city', header: 'location.city', hide: 'narrow', cell: (location) => location.city },
  { id: 'timeZone', header: 'location.timeZone', hide: 'medium', cell: (location) => location.timeZone },
  {
    id: 'users',
    header: 'locations.users',
    sort: 'users',
    numeric: true,
    cell: (location) => String(location.userCount),
  },
]

/** LocationsPage is the list of offices. */
export function LocationsPage() {
  const search = useSearch({ from: '/shell/locations' })
  const navigate = useNavigate({ from: '/locations' })
  const may = useMay()
  const page = search.page ?? 1
  const sort = search.sort ?? 'name'
  const list = useQuery(locationsQuery({ ...search, sort, page, limit: pageSize }))
  const open = (location: Location) => void navigate({ to: '/locations/$id', params: { id: String(location.id) } })
  return (
    <Page
      title={t('menu.locations')}
      count={list.data && countOf(list.data)}
      action={
        may('locations:write') && (
          <Button leftSection={<IconPlus size={16} />} renderRoot={(props) => <Link to="/locations/new" {...props} />}>
            {t('locations.new')}
          </Button>
        )
      }
    >
      <FilterLine
        label={t('menu.locations')}
        q={search.q}
        onQ={(q) => navigate({ search: { ...search, q, page: undefined }, replace: true })}
      />
      <DataTable
        label={t('menu.locations')}
        columns={locationColumns()}
        rows={list.data?.items}
        state={list}
        rowKey={(location) => location.id}
        rowName={(location) => location.name}
        onOpen={open}
        sort={sort}
        onSort={(to) => navigate({ search: { ...search, sort: to, page: undefined } })}
        actions={() => [{ label: t('edit'), icon: <IconPencil size={15} />, onClick: open }]}
        empty={<p>{t('locations.empty')}</p>}
      />
    </Page>
  )
}
