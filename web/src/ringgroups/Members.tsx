import { ActionIcon } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { RingMember } from '../api/types'
import { placeFor } from '../groups/order'
import { t } from '../locale'
import { DataTable, type Column, type ListState, type RowAction } from '../ui/DataTable'
import { Finder, useFinder } from '../ui/Finder'
import { IconArrowDown, IconArrowUp, IconX } from '../ui/icons'
import { StateMark } from '../ui/marks'
import type { Drop } from '../ui/use-row-drag'
import { usersQuery } from '../users/queries'
import { HolderLink } from './HolderLink'
import { called, movedTo } from './values'

interface Props {
  ids: number[]
  people: Record<number, RingMember>
  onChange: (ids: number[]) => void
  onMeet: (member: RingMember) => void
  /** ordered: they are called in the order of the list. */
  ordered: boolean
  error: string | undefined
}

const here: ListState = { isPending: false, isFetching: false, error: null, refetch: () => undefined }

/** Members is who is called: added one by one, put in order by dragging or by the row's menu, and taken out. */
export function Members({ ids, people, onChange, onMeet, ordered, error }: Props) {
  const [said, setSaid] = useState('')
  const { ref, follow } = useFollow(ids)
  const members = ids.map((id) => people[id] ?? { id, name: String(id), number: '', enabled: true })
  const place = (member: RingMember) => ids.indexOf(member.id) + 1
  const move = (member: RingMember, to: number) => {
    follow(member.id)
    onChange(movedTo(ids, member.id, to))
    setSaid(t('ringGroup.moved', { name: member.name, place: to }))
  }
  const drop = (member: RingMember, { target, where }: Drop<RingMember>) => {
    const to = placeFor(place(member), place(target), where)
    if (to !== undefined) move(member, to)
  }
  const takeOut = (member: RingMember) => {
    onChange(ids.filter((id) => id !== member.id))
    setSaid(t('ringGroup.takenOut', { name: member.name }))
    ref.current?.querySelector<HTMLElement>('input')?.focus()
  }
  const actions = (member: RingMember): RowAction<RingMember>[] => [
    {
      label: t('groups.moveUp'),
      icon: <IconArrowUp size={15} />,
      disabled: place(member) === 1,
      onClick: () => move(member, place(member) - 1),
    },
    {
      label: t('groups.moveDown'),
      icon: <IconArrowDown size={15} />,
      disabled: place(member) === ids.length,
      onClick: () => move(member, place(member) + 1),
    },
  ]
  return (
    <div ref={ref} className="ring-members">
      {members.length > 0 && (
        <DataTable
          label={t('ringGroup.members')}
          columns={memberColumns(ordered ? place : undefined)}
          rows={members}
          state={here}
          rowKey={(member) => member.id}
          rowName={(member) => member.name}
          rowButton={(member) => (
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={t('ringGroup.takeOut', { name: member.name })}
              title={t('ringGroup.takeOut', { name: member.name })}
              onClick={() => takeOut(member)}
            >
              <IconX size={16} />
            </ActionIcon>
          )}
          {...(ordered && { actions, onDrop: drop })}
          empty={null}
        />
      )}
      <MemberPicker
        without={ids}
        error={error}
        onChosen={(member) => {
          onMeet(member)
          onChange([...ids, member.id])
          setSaid(t('ringGroup.added', { name: member.name }))
        }}
      />
      <div role="status" className="visually-hidden">
        {said}
      </div>
    </div>
  )
}

const memberColumns = (place: ((member: RingMember) => number) | undefined): Column<RingMember>[] => [
  ...(place
    ? [{ id: 'place', header: 'ringGroup.place', numeric: true, cell: place } satisfies Column<RingMember>]
    : []),
  {
    id: 'name',
    header: 'ringGroup.name',
    cell: (member) => (
      <>
        <HolderLink holder={{ kind: 'user', id: member.id }}>{member.name}</HolderLink>
        {!member.enabled && (
          <>
            {' '}
            <StateMark enabled={false} />
          </>
        )}
      </>
    ),
  },
  { id: 'number', header: 'user.number', numeric: true, cell: (member) => member.number },
]

/** useFollow keeps the focus on the row of a member who was moved: a row that is put elsewhere loses it. */
function useFollow(ids: number[]) {
  const ref = useRef<HTMLDivElement>(null)
  const moved = useRef<number>(undefined)
  useEffect(() => {
    const at = moved.current === undefined ? -1 : ids.indexOf(moved.current)
    moved.current = undefined
    if (at >= 0) ref.current?.querySelectorAll<HTMLElement>('tbody tr')[at]?.focus()
  }, [ids])
  const follow = (id: number) => {
    moved.current = id
  }
  return { ref, follow }
}

interface MemberPickerProps {
  without: number[]
  error: string | undefined
  onChosen: (member: RingMember) => void
}

/** MemberPicker finds who is called besides, one after the other. */
function MemberPicker({ without, error, onChosen }: MemberPickerProps) {
  const finder = useFinder(undefined)
  const list = useQuery(usersQuery({ q: finder.q, limit: 20 + without.length, sort: 'lastName' }))
  const found = (list.data?.items ?? []).filter((user) => user.kind !== 'operator' && !without.includes(user.id))
  return (
    <Finder
      label={t('ringGroup.addMember')}
      visibleLabel
      error={error}
      finder={{ ...finder, choose: () => finder.type('') }}
      found={found.map(({ id, displayName, number }) => ({
        value: String(id),
        label: called({ name: displayName, number }),
      }))}
      value=""
      onChange={(id) => {
        const user = found.find((one) => String(one.id) === id)
        if (user) onChosen({ id: user.id, name: user.displayName, number: user.number, enabled: user.enabled })
      }}
    />
  )
}
