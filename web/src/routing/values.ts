import type { Forwarding, ForwardingInput, ForwardTo, User } from '../api/types'

/** forwardCases are the cases in which calls go on, in the order in which a call meets them. */
export const forwardCases = ['always', 'busy', 'noAnswer', 'offline'] as const
export type ForwardCase = (typeof forwardCases)[number]

/** RoutingValues is what can be changed in the picture: who gets the calls in each case, as text; empty is nobody. */
export interface RoutingValues extends Record<ForwardCase, string> {
  doNotDisturb: boolean
  paused: boolean
}

/** NamedBy is how the text names people: by id where they are chosen from a list, by number where it is typed. */
export type NamedBy = 'id' | 'number'

/** somebody stands for one who gets the calls and whom one may not know of. */
export const somebody = 'somebody'

/** valuesOf is a forwarding as the form shows it. */
export function valuesOf(forwarding: Forwarding, by: NamedBy): RoutingValues {
  const whom = (when: ForwardCase) => (forwarding.hidden.includes(when) ? somebody : nameOf(forwarding[when], by))
  return {
    doNotDisturb: forwarding.doNotDisturb,
    paused: forwarding.paused,
    always: whom('always'),
    busy: whom('busy'),
    noAnswer: whom('noAnswer'),
    offline: whom('offline'),
  }
}

function nameOf(to: ForwardTo | undefined, by: NamedBy): string {
  if (!to) return ''
  return by === 'id' ? String(to.id ?? '') : to.number || (to.displayName ?? '')
}

/** toWrite is the named fields as the server takes them. */
export function toWrite(values: RoutingValues, fields: readonly (keyof RoutingValues)[], by: NamedBy): ForwardingInput {
  const write: ForwardingInput = {}
  for (const field of fields) {
    if (field === 'doNotDisturb' || field === 'paused') write[field] = values[field]
    else write[field] = target(values[field].trim(), by)
  }
  return write
}

function target(text: string, by: NamedBy): ForwardTo {
  if (text === '') return {}
  return by === 'id' ? { id: Number(text) } : { number: text }
}

/** namesOf is what people are called whom the texts name. */
export function namesOf(forwarding: Forwarding, by: NamedBy): Record<string, string> {
  const names: Record<string, string> = {}
  for (const when of forwardCases) {
    const to = forwarding[when]
    if (to) names[nameOf(to, by)] = `${to.displayName ?? ''} ${to.number ?? ''}`.trim()
  }
  return names
}

/** inForce is whether all calls go on now. */
export function inForce({ always, paused }: Pick<RoutingValues, 'always' | 'paused'>): boolean {
  return always !== '' && !paused
}

/** reached is which of the later parts of the picture a call comes to as things stand. */
export function reached(values: RoutingValues): Record<'doNotDisturb' | 'phones' | ForwardCase, boolean> {
  const past = !inForce(values)
  const rings = past && !values.doNotDisturb
  return { always: true, doNotDisturb: past, phones: rings, busy: past, noAnswer: rings, offline: rings }
}

/** Missing is why callers would reach nobody. */
export type Missing = 'phantom' | 'noDevice' | 'noPhone'

/**
 * missing tells why callers would reach nobody: there is no phone, and nobody gets the calls instead (R2). That there is a
 * mailbox is enough for a phantom only.
 */
export function missing(
  user: Pick<User, 'kind' | 'enabled' | 'online' | 'bindings'>,
  devices: number | undefined,
  values: RoutingValues,
  voicemail: boolean,
): Missing | undefined {
  if (!user.enabled || user.kind === 'operator' || user.online || user.bindings > 0) return undefined
  if (inForce(values) || values.offline !== '' || (values.doNotDisturb && values.busy !== '')) return undefined
  if (user.kind === 'phantom') return voicemail ? undefined : 'phantom'
  return devices === 0 ? 'noDevice' : 'noPhone'
}

const units: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 }

/** secondsOf reads the value of a setting that is a time, such as 1m30s. */
export function secondsOf(value: string | undefined): number | undefined {
  if (!value || !/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(value)) return undefined
  let sum = 0
  for (const [, amount, unit] of value.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)) {
    sum += Number(amount) * (units[unit ?? ''] ?? 0)
  }
  return Math.round(sum)
}
