import { Button, TagsInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { t } from '../locale'
import { NumberSymbol } from './NumberField'
import { standing } from './occupancy'
import { occupancyQuery } from './queries'

export interface NumbersFieldProps {
  label: string
  description?: string
  name: string
  value: string[]
  onChange: (value: string[]) => void
  error?: string | undefined
  /** own are those that this thing already has. */
  own: string[]
  /** outside: all of them are outside numbers. */
  outside?: boolean
}

/** NumbersField is several names or numbers; each that is new here, and the one being typed, shows who holds it. */
export function NumbersField({ label, description, name, value, onChange, error, own, outside }: NumbersFieldProps) {
  const [typed, setTyped] = useState('')
  const [settled] = useDebouncedValue(typed.trim(), 150)
  const fresh = [...new Set([...value, settled])].filter((one) => one !== '' && !own.includes(one))
  const replace = (from: string, to: string) => {
    if (from === settled) setTyped('')
    onChange([...value.filter((one) => one !== from && one !== to), to])
  }
  return (
    <div className="number-field">
      <TagsInput
        label={label}
        description={description}
        name={name}
        value={value}
        onChange={onChange}
        searchValue={typed}
        onSearchChange={setTyped}
        error={error}
        aria-invalid={error ? true : undefined}
        acceptValueOnBlur
        splitChars={[',', ';']}
      />
      {fresh.length > 0 && (
        <ul className="field-note number-notes" role="status">
          {fresh.map((one) => (
            <Standing key={one} value={one} outside={outside ?? false} onReadAs={(to) => replace(one, to)} />
          ))}
        </ul>
      )}
    </div>
  )
}

/** Standing is one value with its symbol and who has it. */
function Standing({ value, outside, onReadAs }: { value: string; outside: boolean; onReadAs: (to: string) => void }) {
  const { data } = useQuery({ ...occupancyQuery(value, outside), enabled: value.length <= 64 })
  if (!data) return null
  const { readAs, readAsShown } = data
  return (
    <li data-state={data.state}>
      <NumberSymbol state={data.state} /> <span className="strong">{data.shown ?? value}</span> {standing(data)}
      {!outside && readAs && (
        <Button size="compact-xs" variant="subtle" onClick={() => onReadAs(readAs)}>
          {t('number.readAs', { number: readAsShown ?? readAs })}
        </Button>
      )}
    </li>
  )
}
