import { useQuery } from '@tanstack/react-query'
import { t } from '../locale'
import { useMay } from '../session/may'
import { Finder, useFinder, type FinderProps } from '../ui/Finder'
import { usersQuery } from '../users/queries'
import { ringGroupsQuery } from './queries'
import { called } from './values'

export interface HolderPickerProps extends FinderProps {
  /** without is what can't be chosen. */
  without?: string
  /** name of the one chosen before the list was asked for. */
  name?: string | undefined
  /** value names an account or a ring group, as user/7. */
  value: string
  onChange: (value: string, name: string) => void
}

/** HolderPicker finds whom a number or a call is to lead to: an account or a ring group. */
export function HolderPicker({ without, name, ...rest }: HolderPickerProps) {
  const may = useMay()
  const finder = useFinder(name)
  const users = useQuery({ ...usersQuery({ q: finder.q, limit: 20, sort: 'lastName' }), enabled: may('users:read') })
  // They stand above the accounts, which they must not push out of sight.
  const limit = finder.q ? 20 : 5
  const ringGroups = useQuery({ ...ringGroupsQuery({ q: finder.q, limit }), enabled: may('numbers:read') })
  const accounts = (users.data?.items ?? [])
    .filter((user) => user.kind !== 'operator')
    .map(({ id, displayName, number }) => ({ value: `user/${id}`, label: called({ name: displayName, number }) }))
  const groups = (ringGroups.data?.items ?? [])
    .map((group) => ({ value: `ring_group/${group.id}`, label: called(group) }))
    .filter((group) => group.value !== without)
  const both = [
    { group: t('menu.ringGroups'), items: groups },
    { group: t('groups.accounts'), items: accounts },
  ].filter(({ items }) => items.length > 0)
  return <Finder {...rest} finder={finder} found={groups.length > 0 ? both : accounts} />
}
