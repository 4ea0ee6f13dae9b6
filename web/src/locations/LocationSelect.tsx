import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { t } from '../locale'
import { locationChoices } from '../users/queries'

export interface LocationSelectProps {
  label: string
  description?: string
  placeholder?: string
  name: string
  value: string
  onChange: (id: string) => void
  error?: string | undefined
  /** offices to choose from, for those who may not list them all. */
  offices?: { id: number; name: string }[]
}

/** LocationSelect chooses an office; without any there is nothing to choose. */
export function LocationSelect({ placeholder, value, onChange, error, offices, ...rest }: LocationSelectProps) {
  const all = useQuery({ ...locationChoices, enabled: !offices }).data?.items
  const locations = offices ?? all ?? []
  if (locations.length === 0) return null
  return (
    <Select
      {...rest}
      placeholder={placeholder ?? t('user.noLocation')}
      value={value || null}
      onChange={(id) => onChange(id ?? '')}
      error={error}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('clear') }}
      nothingFoundMessage={t('list.nothing')}
      data={locations.map((location) => ({ value: String(location.id), label: location.name }))}
    />
  )
}
