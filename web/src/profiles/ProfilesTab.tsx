import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ProvisioningProfile } from '../api/types'
import { t } from '../locale'
import { useMay } from '../session/may'
import { DataTable, type Column } from '../ui/DataTable'
import { IconCopy, IconPencil, IconPlus, IconTrash } from '../ui/icons'
import { DeleteProfileDialog } from './DeleteProfileDialog'
import { profilesQuery } from './queries'

const profileColumns = (): Column<ProvisioningProfile>[] => [
  {
    id: 'name',
    header: 'profile.name',
    cell: (profile) => (
      <>
        <Link to="/settings/profiles/$id" params={{ id: String(profile.id) }} className="strong">
          {profile.name}
        </Link>
        {profile.builtIn && <div className="dimmed">{t('profiles.builtIn')}</div>}
      </>
    ),
  },
  { id: 'groups', header: 'profiles.groups', numeric: true, cell: (profile) => String(profile.groupCount) },
  { id: 'users', header: 'profiles.users', numeric: true, cell: (profile) => String(profile.userCount) },
  {
    id: 'devices',
    header: 'profiles.devices',
    numeric: true,
    hide: 'narrow',
    cell: (profile) => String(profile.deviceCount),
  },
]

/** ProfilesTab is the list of provisioning profiles. */
export function ProfilesTab() {
  const list = useQuery(profilesQuery)
  const navigate = useNavigate()
  const may = useMay()
  const [deleting, setDeleting] = useState<ProvisioningProfile>()
  const open = (profile: ProvisioningProfile) =>
    void navigate({ to: '/settings/profiles/$id', params: { id: String(profile.id) } })
  return (
    <>
      <div className="filter-line">
        <p className="dimmed grow">{t('profiles.help')}</p>
        {may('settings:write') && (
          <Button
            leftSection={<IconPlus size={16} />}
            renderRoot={(props) => <Link to="/settings/profiles/new" {...props} />}
          >
            {t('profiles.new')}
          </Button>
        )}
      </div>
      <DataTable
        label={t('settings.profiles')}
        columns={profileColumns()}
        rows={list.data?.items}
        state={list}
        rowKey={(profile) => profile.id}
        rowName={(profile) => profile.name}
        onOpen={open}
        actions={(profile) => [
          { label: t('edit'), icon: <IconPencil size={15} />, onClick: open },
          ...(may('settings:write')
            ? [
                {
                  label: t('profiles.copy'),
                  icon: <IconCopy size={15} />,
                  onClick: () => void navigate({ to: '/settings/profiles/new', search: { copy: profile.id } }),
                },
                {
                  label: t('delete'),
                  icon: <IconTrash size={15} />,
                  danger: true,
                  disabled: profile.builtIn,
                  onClick: () => setDeleting(profile),
                },
              ]
            : []),
        ]}
        empty={<p>{t('profiles.help')}</p>}
      />
      {deleting && <DeleteProfileDialog profile={deleting} onClose={() => setDeleting(undefined)} />}
    </>
  )
}
