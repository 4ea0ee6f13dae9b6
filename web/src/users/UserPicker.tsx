import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { t } from '../locale'
import { usersQuery } from './queries'

export interface UserPickerProps {
  label: string
  visibleLabel?: boolean
  description?: string | undefined
  error?: string | undefined
  /** without is an account that can't be chosen. */
  without?: number
  /** name of the one chosen before the list was asked for. */
  name?: string | undefined
  value: number | undefined
  onChange: (id: number | undefined, name: string) => void
}

/** UserPicker finds an account with a number while its name or number is typed. */
export function UserPicker({
  label,
  visibleLabel,
  description,
  error,
  without,
  name,
  value,
  onChange,
}: UserPickerProps) {
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState(name ?? '')
  const list = useQuery(usersQuery({ q: typed === chosen ? '' : typed, limit: 20, sort: 'lastName' }))
  const data = (list.data?.items ?? [])
    .filter((user) => user.id !== without && user.kind !== 'operator')
    .map((user) => ({ value: String(user.id), label: `${user.displayName} ${user.number}`.trim() }))
  if (value && chosen && !data.some((choice) => choice.value === String(value))) {
    data.unshift({ value: String(value), label: chosen })
  }
  return (
    <Select
      {...(visibleLabel ? { label } : { 'aria-label': label })}
      description={description}
      error={error}
      aria-invalid={error ? true : undefined} // it does not say so by itself
      placeholder={t('refers.search')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('clear') }}
      filter={({ options }) => options}
      nothingFoundMessage={t('refers.nobody')}
      data={data}
      value={value ? String(value) : null}
      searchValue={typed}
      onSearchChange={setTyped}
      onChange={(id, option) => {
        setChosen(option?.label ?? '')
        onChange(id ? Number(id) : undefined, option?.label ?? '')
      }}
    />
  )
}
