import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { t } from '../locale'
import { DataTable } from '../ui/DataTable'
import { deviceColumns } from './columns'
import { devicesQuery } from './queries'

/** UserDevices is a user's devices on the user's page. */
export function UserDevices({ userId }: { userId: number }) {
  const list = useQuery(devicesQuery({ user: userId, limit: 100 }))
  const navigate = useNavigate()
  return (
    <section className="section" aria-labelledby="user-devices">
      <h2 id="user-devices">{t('menu.devices')}</h2>
      <DataTable
        label={t('menu.devices')}
        columns={deviceColumns(false)}
        rows={list.data?.items}
        state={list}
        rowKey={(device) => device.id}
        rowName={(device) => device.name}
        onOpen={(device) => void navigate({ to: '/devices/$id', params: { id: String(device.id) } })}
        empty={<p>{t('devices.none')}</p>}
      />
    </section>
  )
}
