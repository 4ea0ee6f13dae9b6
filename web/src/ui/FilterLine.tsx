import { TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useState, type ReactNode } from 'react'
import { t } from '../locale'
import { IconSearch } from './icons'

/** FilterLine is the one line of filters above a list: the text to look for, and choices. */
export function FilterLine({
  label,
  q,
  onQ,
  children,
}: {
  label: string
  q: string | undefined
  onQ: (q: string | undefined) => void
  children?: ReactNode
}) {
  const [text, setText] = useState(q ?? '')
  const [told, setTold] = useState(q ?? '')
  const [seen, setSeen] = useState(q ?? '')
  const tell = useDebouncedCallback((value: string) => {
    setTold(value)
    onQ(value || undefined)
  }, 200)
  // The address may change without typing here: back, forward, a link.
  if ((q ?? '') !== seen) {
    setSeen(q ?? '')
    if ((q ?? '') !== told) {
      setText(q ?? '')
      setTold(q ?? '')
    }
  }
  return (
    <div className="filter-line" role="search" aria-label={label}>
      <TextInput
        className="filter-text"
        aria-label={t('filter.search', { list: label })}
        placeholder={t('filter.placeholder')}
        leftSection={<IconSearch size={15} aria-hidden />}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value)
          tell(event.currentTarget.value.trim())
        }}
        autoComplete="off"
        spellCheck={false}
      />
      {children}
    </div>
  )
}
