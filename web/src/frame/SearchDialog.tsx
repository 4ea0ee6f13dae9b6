import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useState, type KeyboardEvent } from 'react'
import { groupsQuery } from '../groups/queries'
import { t } from '../locale'
import { kindText } from '../numbers/occupancy'
import { numbersQuery } from '../numbers/queries'
import { ringGroupsQuery } from '../ringgroups/queries'
import { useMay } from '../session/may'
import { IconBook, IconRingGroup, IconSearch, IconUser, IconUsers } from '../ui/icons'
import { Modal } from '../ui/Modal'
import { usersQuery } from '../users/queries'
import { menu } from './menu'

interface Hit {
  key: string
  icon: typeof IconUser
  text: string
  detail: string
  href: string
}

const perKind = 6

/** SearchDialog finds users, groups, numbers and pages while one types. */
export default function SearchDialog({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('')
  const [index, setIndex] = useState(0)
  const router = useRouter()
  const { hits, searching } = useHits(text)
  const active = Math.min(index, Math.max(0, hits.length - 1))

  const open = (hit: Hit | undefined) => {
    if (!hit) return
    onClose()
    router.history.push(hit.href)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setIndex(Math.min(hits.length - 1, active + 1))
    else if (event.key === 'ArrowUp') setIndex(Math.max(0, active - 1))
    else if (event.key === 'Enter') open(hits[active])
    else return
    event.preventDefault()
  }
  return (
    <Modal
      opened
      onClose={onClose}
      withCloseButton={false}
      size={560}
      yOffset="12vh"
      centered={false}
      padding={0}
      title={t('search.title')}
      classNames={{ header: 'visually-hidden' }}
    >
      <div className="search-field">
        <IconSearch size={18} aria-hidden />
        <input
          data-autofocus
          role="combobox"
          aria-expanded={hits.length > 0}
          aria-controls="search-hits"
          aria-activedescendant={hits.length > 0 ? `search-hit-${active}` : undefined}
          aria-label={t('search.title')}
          placeholder={t('search.placeholder')}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value)
            setIndex(0)
          }}
          onKeyDown={onKeyDown}
          autoComplete="off"
          spellCheck={false}
        />
      </div>
      <div className="search-hits">
        <div id="search-hits" role="listbox" aria-label={t('search.hits')}>
          {hits.map(({ key, icon: Icon, text: name, detail, href }, at) => (
            // The field keeps the focus and drives this list by arrows and Enter.
            // eslint-disable-next-line jsx-a11y/click-events-have-key-events
            <div
              key={key}
              id={`search-hit-${at}`}
              role="option"
              tabIndex={-1}
              aria-selected={at === active}
              className="search-hit"
              data-href={href}
              onMouseMove={() => setIndex(at)}
              onClick={() => open(hits[at])}
            >
              <Icon size={16} aria-hidden />
              <span>{name}</span>
              <span className="dimmed digits">{detail}</span>
            </div>
          ))}
        </div>
        <div role="status" className="search-none">
          {hits.length === 0 && text.trim() !== '' && !searching && t('search.none', { text: text.trim() })}
        </div>
      </div>
    </Modal>
  )
}

function useHits(text: string): { hits: Hit[]; searching: boolean } {
  const may = useMay()
  const [settled] = useDebouncedValue(text.trim(), 120)
  const on = settled !== ''
  const filter = { q: settled, limit: perKind }
  const users = useQuery({ ...usersQuery(filter), enabled: on && may('users:read') })
  const groups = useQuery({ ...groupsQuery(filter), enabled: on && may('groups:read') })
  const numbers = useQuery({ ...numbersQuery(filter), enabled: on && may('numbers:read') })
  const ringGroups = useQuery({ ...ringGroupsQuery(filter), enabled: on && may('numbers:read') })
  const needle = text.trim().toLowerCase()

  const pages = menu
    .filter((line) => line.permissions.some(may) && t(line.label).toLowerCase().includes(needle))
    .map((line): Hit => ({ key: line.to, icon: line.icon, text: t(line.label), detail: '', href: line.to }))
  if (!on) return { hits: pages, searching: false }
  const hits = [
    ...(users.data?.items ?? []).map((user): Hit => ({
      key: `user${user.id}`,
      icon: IconUser,
      text: user.displayName,
      detail: [user.number, user.groupName].filter(Boolean).join(' · '),
      href: `/accounts/${user.id}`,
    })),
    ...(groups.data?.items ?? []).map((group): Hit => ({
      key: `group${group.id}`,
      icon: IconUsers,
      text: group.name,
      detail: t('groups.members', { n: group.memberCount }),
      href: `/groups/${group.id}`,
    })),
    ...(ringGroups.data?.items ?? []).map((group): Hit => ({
      key: `ring-group${group.id}`,
      icon: IconRingGroup,
      text: group.name,
      detail: [group.number, t('kind.ring_group')].filter(Boolean).join(' · '),
      href: `/ring-groups/${group.id}`,
    })),
    ...(numbers.data?.items ?? [])
      .filter((number) => number.kind !== 'ring_group')
      .filter((number) => number.holder?.kind !== 'user' || number.kind !== 'extension')
      .map((number): Hit => ({
        key: `number${number.value}`,
        icon: IconBook,
        text: number.value,
        detail: [kindText(number.kind), number.holder?.name].filter(Boolean).join(' · '),
        href:
          number.holder?.kind === 'user'
            ? `/accounts/${number.holder.id}`
            : `/numbers?q=${encodeURIComponent(number.value)}`,
      })),
    ...pages,
  ]
  const searching = [users, groups, ringGroups, numbers].some((list) => list.isFetching)
  return { hits, searching: searching || settled !== text.trim() }
}
