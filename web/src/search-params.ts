import type { UserKind } from './api/types'

/** ListSearch is what the address of a list holds, so that a link shows the same list. */
export interface ListSearch {
  q?: string | undefined
  sort?: string | undefined
  page?: number | undefined
}

/** pageSize is how many rows a page of a list has. */
export const pageSize = 50

/** text reads a text of the address; numbers look like numbers there. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined
}

/** number reads a whole number above zero. */
export function number(value: unknown): number | undefined {
  const read = Number(value)
  return Number.isInteger(read) && read > 0 ? read : undefined
}

/** listSearch reads what every list has. */
export function listSearch(search: Record<string, unknown>): ListSearch {
  return { q: text(search.q), sort: text(search.sort), page: number(search.page) }
}

const userKinds: readonly UserKind[] = ['person', 'phantom', 'space', 'operator']

function userKind(value: unknown): UserKind | undefined {
  return userKinds.find((kind) => kind === value)
}

/** AccountSearch is the filters of the list of accounts. */
export interface AccountSearch extends ListSearch {
  group?: number | undefined
  kind?: UserKind | undefined
  enabled?: boolean | undefined
  online?: boolean | undefined
  location?: number | undefined
  role?: string | undefined
  signedIn?: boolean | undefined
  managed?: boolean | undefined
  leaving?: boolean | undefined
}

/** accountSearch reads them. */
export function accountSearch(search: Record<string, unknown>): AccountSearch {
  return {
    ...listSearch(search),
    group: number(search.group),
    kind: userKind(search.kind),
    enabled: flag(search.enabled),
    online: flag(search.online),
    location: number(search.location),
    role: text(search.role),
    signedIn: flag(search.signedIn),
    managed: flag(search.managed),
    leaving: flag(search.leaving),
  }
}

function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

/** MailboxSearch is the filters of the list of mailboxes. */
export interface MailboxSearch extends ListSearch {
  group?: number | undefined
}

/** mailboxSearch reads them. */
export function mailboxSearch(search: Record<string, unknown>): MailboxSearch {
  return { ...listSearch(search), group: number(search.group) }
}

/** TabSearch is a list under a tab. */
export interface TabSearch extends ListSearch {
  tab?: string | undefined
}

/** tabSearch reads it. */
export function tabSearch(search: Record<string, unknown>): TabSearch {
  return { ...listSearch(search), tab: text(search.tab) }
}

/** NumberSearch is a tab of the numbers, and the filters of the outside numbers. */
export interface NumberSearch extends TabSearch {
  lead?: 'unassigned' | 'assigned' | undefined
  state?: 'active' | 'paused' | 'ported' | undefined
  /** for is the account that a number leads to that is added next, forGroup the ring group. */
  for?: number | undefined
  forGroup?: number | undefined
}

const leads = ['unassigned', 'assigned'] as const
const outsideStates = ['active', 'paused', 'ported'] as const

/** numberSearch reads them. */
export function numberSearch(search: Record<string, unknown>): NumberSearch {
  return {
    ...tabSearch(search),
    lead: leads.find((one) => one === search.lead),
    state: outsideStates.find((one) => one === search.state),
    for: number(search.for),
    forGroup: number(search.forGroup),
  }
}

/** permissionLevels are the places that the page of permissions can look from. */
export const permissionLevels = ['organization', 'location', 'group', 'profile', 'user'] as const
export type PermissionLevel = (typeof permissionLevels)[number]

/** SettingsSearch is the settings' tab, the place of the permissions, and the filters of the audit log under it. */
export interface SettingsSearch extends TabSearch {
  level?: PermissionLevel | undefined
  owner?: number | undefined
  actor?: number | undefined
  kind?: string | undefined
  id?: number | undefined
  intent?: string | undefined
  by?: string | undefined
  from?: string | undefined
  to?: string | undefined
}

/** settingsSearch reads them. */
export function settingsSearch(search: Record<string, unknown>): SettingsSearch {
  return {
    ...tabSearch(search),
    level: permissionLevels.find((one) => one === search.level),
    owner: number(search.owner),
    actor: number(search.actor),
    kind: text(search.kind),
    id: number(search.id),
    intent: text(search.intent),
    by: text(search.by),
    from: text(search.from),
    to: text(search.to),
  }
}

/** CallSearch is the filters of the call records. */
export interface CallSearch extends ListSearch {
  from?: string | undefined
  to?: string | undefined
  user?: number | undefined
}

/** callSearch reads them. */
export function callSearch(search: Record<string, unknown>): CallSearch {
  return { ...listSearch(search), from: text(search.from), to: text(search.to), user: number(search.user) }
}

/** TrySearch is a call that is tried. */
export interface TrySearch {
  caller?: number | undefined
  dialled?: string | undefined
}

/** trySearch reads it. */
export function trySearch(search: Record<string, unknown>): TrySearch {
  return { caller: number(search.caller), dialled: text(search.dialled) }
}

/** idParam reads an id from a path; what is no id is 0, of which the server has nothing. */
export const idParam = (value: string): number => (/^[1-9]\d{0,14}$/.test(value) ? Number(value) : 0)
