import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { t } from '../locale'
import { useMay } from '../session/may'
import { profilesQuery } from './queries'

interface Props {
  name: string
  /** value is an id as text; empty for none. */
  value: string
  onChange: (value: string | null) => void
  error: string | undefined
  /** without is what counts where no profile is chosen here. */
  without: string
}

/** ProfileField chooses the provisioning profile of an account or a device, and leads to it. */
export function ProfileField({ name, value, onChange, error, without }: Props) {
  const profiles = useQuery(profilesQuery).data?.items ?? []
  return (
    <Select
      name={name}
      label={t('group.provisioningProfile')}
      description={<ProfileNote id={Number(value)} help={t('profile.fieldHelp')} />}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      placeholder={without}
      data={profiles.map((profile) => ({ value: String(profile.id), label: profile.name }))}
      value={value || null}
      onChange={onChange}
      error={error}
      clearable
      clearButtonProps={{ 'aria-label': t('clear') }}
    />
  )
}

/** ProfileNote is what a profile is for, and the way to the chosen one. */
export function ProfileNote({ id, help }: { id: number | undefined; help: string }) {
  const may = useMay()
  return (
    <>
      {help}{' '}
      {Boolean(id) && may('settings:read') && (
        <Link to="/settings/profiles/$id" params={{ id: String(id) }}>
          {t('profile.open')}
        </Link>
      )}
    </>
  )
}
