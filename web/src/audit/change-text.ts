import type { ChangeItem, ChangeSet } from '../api/types'
import { serverText, t, tOr } from '../locale'
import { dateTime } from '../locale/format'
import { kindText } from '../numbers/occupancy'
import { forwardCases } from '../routing/values'

// What hangs on another thing is told with it, not by itself.
const minor = new Set(['dial_string', 'line', 'credential', 'user_secret', 'device'])
const secret = new Set(['credential', 'user_secret'])
// Fields that say nothing to a person: keys, times of the row, how a secret is kept.
const quiet = new Set('id version createdAt updatedAt changedAt organizationId owner was scheme'.split(' '))
// Under which prefix the names of a kind's fields stand in the locale file.
const words: Record<string, string> = {
  user: 'user',
  group: 'group',
  organization: 'organization',
  device: 'device',
  extension_pool: 'pool',
  outside_number: 'outside',
  token: 'token',
  location: 'location',
  provisioning_profile: 'profile',
  permission: 'permission',
  forwarding: 'forwarding',
  ring_group: 'ringGroup',
}
// Fields that name an account by its number and are called by the case in which it gets calls.
const cases = new Set<string>(forwardCases)
// Fields whose values are words of a closed list, under the prefix that those have in the locale files.
const choices: Record<string, string> = {
  role: 'role',
  kind: 'user.kind',
  level: 'level',
  strategy: 'ringGroup.strategy',
}

/** mainItem is the thing that a change was about. */
export function mainItem(change: Pick<ChangeSet, 'items' | 'subject'>): ChangeItem | undefined {
  const { subject } = change
  return (
    (subject && change.items.find((item) => item.kind === subject.kind && item.id === (subject.id ?? 0))) ??
    change.items.find((item) => !minor.has(item.kind)) ??
    change.items[0]
  )
}

/** changeText says in a line what a change did: "Group created: Sales". */
export function changeText(change: ChangeSet): string {
  const item = mainItem(change)
  const name = change.subject?.name || (item && (itemName(item) || String(item.id)))
  if (change.summary) {
    const summary = serverText(change.summary)
    return !name || change.summary.includes(name) ? summary : `${summary}: ${name}`
  }
  if (!item || !name) return change.intent
  return t(`audit.${item.action}`, { kind: tOr(`kind.${item.kind}`, item.kind), name })
}

/** itemName is how a thing is called, also one whose own name is empty: a person without display name. */
export function itemName(item: ChangeItem): string {
  if (secret.has(item.kind)) return tOr(`user.${item.key ?? ''}`, tOr(`user.${item.name}`, ''))
  if (item.name) return item.name
  const { displayName, firstName, lastName, username } = (item.after ?? item.before ?? {}) as Record<
    string,
    string | undefined
  >
  return displayName || [firstName, lastName].filter(Boolean).join(' ') || username || ''
}

export interface FieldChange {
  field: string
  label: string
  before: string
  after: string
}

/** Names are what fields mention by number, by name: field/number. */
export type Names = Record<string, string>

/** fieldLabel is what a field of a kind of thing is called. */
export function fieldLabel(kind: string, field: string): string {
  return tOr(`${words[kind] ?? kind}.${field}`, tOr(`audit.field.${field}`, field))
}

/** fieldChanges is what differs between before and after, field by field; of a secret only that it changed. */
export function fieldChanges(item: ChangeItem, names: Names = {}): FieldChange[] {
  if (secret.has(item.kind)) return []
  const before = item.before ?? {}
  const after = item.after ?? {}
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return fields
    .map((field) => ({
      field,
      label: fieldLabel(item.kind, field),
      before: shown(field, before[field], names),
      after: shown(field, after[field], names),
    }))
    .filter((line) => !quiet.has(line.field) && line.before !== line.after)
}

const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/

/** isRef tells whether a value names another thing of some kind. */
function isRef(value: unknown): value is { kind: string; id: number } {
  const { kind, id } = (value ?? {}) as Record<string, unknown>
  return typeof kind === 'string' && typeof id === 'number'
}

function shown(field: string, value: unknown, names: Names): string {
  if (value === undefined || value === null || value === '') return ''
  if (Array.isArray(value)) return value.map((one) => shown(field, one, names)).join(', ')
  if (typeof value === 'boolean') return value ? t('yes') : t('no')
  if (typeof value === 'number') {
    if (value === 0 && (field.endsWith('Id') || cases.has(field))) return ''
    return names[`${field}/${value}`] || String(value)
  }
  if (typeof value === 'string') {
    if (moment.test(value)) return value.startsWith('0001-') ? '' : dateTime(value)
    return tOr(`${choices[field] ?? 'audit.value'}.${value}`, field === 'kind' ? kindText(value) : value)
  }
  if (isRef(value)) return `${tOr(`kind.${value.kind}`, value.kind)} ${names[`${field}/${value.id}`] || value.id}`
  return JSON.stringify(value)
}
