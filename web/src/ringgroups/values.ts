import type { RingGroup, RingGroupInput, RingMember } from '../api/types'

/** strategies are the orders in which members are called. */
export const strategies = ['all', 'inTurn', 'longestIdle'] as const
export type Strategy = (typeof strategies)[number]

/** RingGroupValues is a ring group as its form shows it. */
export interface RingGroupValues {
  name: string
  number: string
  strategy: Strategy
  ringSeconds: string
  skipBusy: boolean
  memberIds: number[]
  /** then names an account or a ring group, as user/7; empty: nobody. */
  then: string
}

/** Holder is whom a number or a call leads to. */
export interface Holder {
  kind: string
  id: number
}

/** holderValue is a holder as a form names it; empty: nobody. */
export const holderValue = (holder: Holder | undefined): string => (holder ? `${holder.kind}/${holder.id}` : '')

/** holderOf is whom the text names, as the server is told: nothing stands for nobody. */
export function holderOf(value: string): Partial<Holder> {
  const [kind, id] = value.split('/')
  return kind && id ? { kind, id: Number(id) } : {}
}

/** valuesOf is a ring group in its form; without one, what a new one begins with. */
export function valuesOf(group?: RingGroup): RingGroupValues {
  return {
    name: group?.name ?? '',
    number: group?.number ?? '',
    strategy: group?.strategy ?? 'all',
    ringSeconds: String(group?.ringSeconds ?? 20),
    skipBusy: group?.skipBusy ?? true,
    memberIds: group?.memberIds ?? [],
    then: holderValue(group?.then),
  }
}

/** toWrite is the named fields as the server takes them. */
export function toWrite(values: RingGroupValues, fields: readonly (keyof RingGroupValues)[]): RingGroupInput {
  const all: Required<Pick<RingGroupInput, keyof RingGroupValues>> = {
    name: values.name.trim(),
    number: values.number.trim(),
    strategy: values.strategy,
    ringSeconds: Number(values.ringSeconds),
    skipBusy: values.skipBusy,
    memberIds: values.memberIds,
    then: holderOf(values.then),
  }
  return Object.fromEntries(fields.map((field) => [field, all[field]]))
}

/** wholeSeconds tells whether a ring time is a whole number; the server says which ones are too short or too long. */
export const wholeSeconds = (text: string): boolean => /^\d{1,6}$/.test(text.trim())

/** movedTo is the list with one of it at another place; the first place is 1. */
export function movedTo(ids: readonly number[], id: number, place: number): number[] {
  const rest = ids.filter((one) => one !== id)
  return rest.toSpliced(place - 1, 0, id)
}

/** Known is what the things are called that a form names by id: people by id, and holders as user/7. */
export interface Known {
  people: Record<number, RingMember>
  names: Record<string, string>
}

/** knownOf is what a ring group says of those it names. */
export function knownOf(group?: RingGroup): Known {
  return {
    people: Object.fromEntries((group?.members ?? []).map((member) => [member.id, member])),
    names: group?.then ? { [holderValue(group.then)]: called(group.then) } : {},
  }
}

/** called is a name with its number. */
export const called = ({ name, number }: { name: string; number: string }): string => `${name} ${number}`.trim()
