import { Select, type ComboboxItem, type SelectProps } from '@mantine/core'
import { useState } from 'react'
import { t } from '../locale'

export interface FinderProps {
  label: string
  visibleLabel?: boolean
  description?: string | undefined
  placeholder?: string | undefined
  error?: string | undefined
}

export interface FinderState {
  /** q is what to look for. */
  q: string
  typed: string
  /** chosen is what the one chosen is called. */
  chosen: string
  type: (text: string) => void
  choose: (name: string) => void
}

/** useFinder keeps what is typed and who is chosen; name is that of the one chosen before the list was asked for. */
export function useFinder(name: string | undefined): FinderState {
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState(name ?? '')
  return { q: typed === chosen ? '' : typed, typed, chosen, type: setTyped, choose: setChosen }
}

/** Found is what there is to choose from, perhaps under headings. */
export type Found = ComboboxItem[] | { group: string; items: ComboboxItem[] }[]

interface Props extends FinderProps {
  finder: FinderState
  found: Found
  value: string
  onChange: (value: string, name: string) => void
  inputRef?: SelectProps['ref']
}

/** Finder chooses one of many, which are looked for while one types. */
export function Finder({
  finder,
  found,
  value,
  onChange,
  inputRef,
  label,
  visibleLabel,
  description,
  placeholder,
  error,
}: Props) {
  const items = found.flatMap((one) => ('items' in one ? one.items : [one]))
  const missing = value && finder.chosen && !items.some((one) => one.value === value)
  return (
    <Select
      {...(visibleLabel ? { label } : { 'aria-label': label })}
      ref={inputRef}
      description={description}
      error={error}
      aria-invalid={error ? true : undefined} // it does not say so by itself
      placeholder={placeholder ?? t('refers.search')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('clear') }}
      filter={({ options }) => options}
      nothingFoundMessage={t('refers.nobody')}
      data={missing ? [{ value, label: finder.chosen }, ...found] : found}
      value={value || null}
      searchValue={finder.typed}
      onSearchChange={finder.type}
      onChange={(to, option) => {
        finder.choose(option?.label ?? '')
        onChange(to ?? '', option?.label ?? '')
      }}
    />
  )
}
