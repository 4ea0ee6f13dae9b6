import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { t } from '../locale'
import { pageSize } from '../search-params'
import { DataTable } from '../ui/DataTable'
import { countOf, pagingOf } from '../ui/paging'
import { FilterLine } from '../ui/FilterLine'
import { Page } from '../ui/Page'
import { deviceColumns, deviceName } from './columns'
import { devicesQuery } from './queries'

/** DevicesPage is the list of everything that registers. */
export function DevicesPage() {
  const search = useSearch({ from: '/shell/devices' })
  const navigate = useNavigate({ from: '/devices' })
  const page = search.page ?? 1
  const sort = search.sort ?? 'name'
  const list = useQuery(devicesQuery({ ...search, sort, page, limit: pageSize }))
  return (
    <Page title={t('menu.devices')} count={list.data && countOf(list.data)}>
      <FilterLine
        label={t('menu.devices')}
        q={search.q}
        onQ={(q) => navigate({ search: { ...search, q, page: undefined }, replace: true })}
      />
      <DataTable
        label={t('menu.devices')}
        columns={deviceColumns(true)}
        rows={list.data?.items}
        state={list}
        rowKey={(device) => device.id}
        rowName={(device) => `${deviceName(device)}, ${device.userName}`}
        onOpen={(device) => void navigate({ to: '/devices/$id', params: { id: String(device.id) } })}
        sort={sort}
        onSort={(to) => navigate({ search: { ...search, sort: to, page: undefined } })}
        paging={list.data && pagingOf(list.data, page, pageSize, (to) => navigate({ search: { ...search, page: to } }))}
        empty={<p>{search.q ? t('list.noMatch', { text: search.q }) : t('devices.empty')}</p>}
      />
    </Page>
  )
}
