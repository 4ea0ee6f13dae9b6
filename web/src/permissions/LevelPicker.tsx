import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { locationChoices } from '../changes/choices'
import { groupChoices } from '../groups/queries'
import { t } from '../locale'
import { profilesQuery } from '../profiles/queries'
import { permissionLevels, type PermissionLevel } from '../search-params'
import { userQuery } from '../users/queries'
import { UserPicker } from '../users/UserPicker'

interface Props {
  level: PermissionLevel
  owner: number | undefined
  onChange: (level: PermissionLevel, owner: number | undefined) => void
}

/** LevelPicker chooses whose permissions are shown: the organization's, or those of one place below it. */
export function LevelPicker({ level, owner, onChange }: Props) {
  return (
    <div className="filter-line">
      <Select
        label={t('permissions.level')}
        className="permission-owner"
        allowDeselect={false}
        data={permissionLevels.map((value) => ({ value, label: t(`permissions.at.${value}`) }))}
        value={level}
        onChange={(to) => to && onChange(to as PermissionLevel, undefined)}
      />
      {level === 'user' && <Account owner={owner} onChange={(id) => onChange(level, id)} />}
      {level !== 'user' && level !== 'organization' && (
        <Named key={level} level={level} owner={owner} onChange={(id) => onChange(level, id)} />
      )}
    </div>
  )
}

interface OwnerProps {
  owner: number | undefined
  onChange: (owner: number | undefined) => void
}

/** Account knows the name of the account that the address names before it shows the field. */
function Account({ owner, onChange }: OwnerProps) {
  const { data, isPending } = useQuery({ ...userQuery(owner ?? 0), enabled: owner !== undefined })
  if (owner !== undefined && isPending) return null
  const name = data && `${data.displayName} ${data.number}`.trim()
  return (
    <div className="permission-owner">
      <UserPicker label={t('permissions.whose')} visibleLabel name={name} value={owner} onChange={onChange} />
    </div>
  )
}

function Named({ level, owner, onChange }: OwnerProps & { level: 'group' | 'location' | 'profile' }) {
  const groups = useQuery({ ...groupChoices, enabled: level === 'group' })
  const locations = useQuery({ ...locationChoices, enabled: level === 'location' })
  const profiles = useQuery({ ...profilesQuery, enabled: level === 'profile' })
  const { data } = level === 'group' ? groups : level === 'location' ? locations : profiles
  const items: { id: number; name: string }[] = data?.items ?? []
  return (
    <Select
      label={t('permissions.whose')}
      className="permission-owner"
      placeholder={t('refers.choose')}
      searchable
      nothingFoundMessage={t('list.nothing')}
      data={items.map((item) => ({ value: String(item.id), label: item.name }))}
      value={owner ? String(owner) : null}
      onChange={(id) => onChange(id ? Number(id) : undefined)}
    />
  )
}
