import { MultiSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { t } from '../locale'
import { usersQuery } from './queries'

interface Props {
  label: string
  error?: string | undefined
  value: string[]
  onChange: (ids: string[]) => void
}

/** UsersPicker finds accounts, one after the other, while their names or numbers are typed. */
export function UsersPicker({ label, error, value, onChange }: Props) {
  const [typed, setTyped] = useState('')
  const [names, setNames] = useState<Record<string, string>>({})
  const list = useQuery(usersQuery({ q: typed, limit: 20, sort: 'lastName' }))
  const found = (list.data?.items ?? [])
    .filter((user) => user.kind !== 'operator')
    .map((user) => ({ value: String(user.id), label: `${user.displayName} ${user.number}`.trim() }))
  const missing = value.filter((id) => !found.some((choice) => choice.value === id))
  return (
    <MultiSelect
      label={label}
      error={error}
      placeholder={value.length === 0 ? t('refers.search') : ''}
      searchable
      hidePickedOptions
      filter={({ options }) => options}
      nothingFoundMessage={t('refers.nobody')}
      data={[...found, ...missing.map((id) => ({ value: id, label: names[id] ?? id }))]}
      value={value}
      searchValue={typed}
      onSearchChange={setTyped}
      onChange={(ids) => {
        setNames((now) => ({ ...now, ...Object.fromEntries(found.map((choice) => [choice.value, choice.label])) }))
        setTyped('')
        onChange(ids)
      }}
      data-autofocus
    />
  )
}
