import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { t } from '../locale'
import { userQuery, usersQuery } from '../users/queries'

const few = 20

/** ActorFilter chooses whose changes are shown: anybody's, among them those who only administer. */
export function ActorFilter({ value, onChange }: { value: number | undefined; onChange: (id?: number) => void }) {
  const [text, setText] = useState('')
  const chosen = useQuery({ ...userQuery(value ?? 0), enabled: value !== undefined }).data
  const people = useQuery(usersQuery({ q: text || undefined, limit: few })).data?.items ?? []
  const operators = useQuery(usersQuery({ q: text || undefined, kind: 'operator', limit: few })).data?.items ?? []
  const all = [...(chosen ? [chosen] : []), ...operators, ...people]
  const data = [...new Map(all.map((user) => [String(user.id), user.displayName]))].map(([id, name]) => ({
    value: id,
    label: name,
  }))
  return (
    <Select
      aria-label={t('audit.filterActor')}
      placeholder={t('audit.anybody')}
      clearable
      searchable
      clearButtonProps={{ 'aria-label': t('clear') }}
      data={data}
      filter={({ options }) => options}
      onSearchChange={(typed) => setText(typed === chosen?.displayName ? '' : typed.trim())}
      value={value === undefined ? null : String(value)}
      onChange={(id) => onChange(id ? Number(id) : undefined)}
    />
  )
}
