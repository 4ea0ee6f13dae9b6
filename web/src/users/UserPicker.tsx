import { useQuery } from '@tanstack/react-query'
import { Finder, useFinder, type FinderProps } from '../ui/Finder'
import { usersQuery } from './queries'

export interface UserPickerProps extends FinderProps {
  /** without is an account that can't be chosen. */
  without?: number
  /** name of the one chosen before the list was asked for. */
  name?: string | undefined
  value: number | undefined
  onChange: (id: number | undefined, name: string) => void
}

/** UserPicker finds an account with a number while its name or number is typed. */
export function UserPicker({ without, name, value, onChange, ...rest }: UserPickerProps) {
  const finder = useFinder(name)
  const list = useQuery(usersQuery({ q: finder.q, limit: 20, sort: 'lastName' }))
  const found = (list.data?.items ?? [])
    .filter((user) => user.id !== without && user.kind !== 'operator')
    .map((user) => ({ value: String(user.id), label: `${user.displayName} ${user.number}`.trim() }))
  return (
    <Finder
      {...rest}
      finder={finder}
      found={found}
      value={value ? String(value) : ''}
      onChange={(id, called) => onChange(id ? Number(id) : undefined, called)}
    />
  )
}
