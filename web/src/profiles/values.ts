import type { ProvisioningProfile, Reference, Setting } from '../api/types'
import type { SettingWrite } from '../settings/queries'

/** ProfileFields is what the form of a profile holds; its values are settings and saved by themselves. */
export type ProfileFields = Pick<ProvisioningProfile, 'name' | 'text'>

/** fieldsOf is the part of a profile that the form edits. */
export function fieldsOf(profile?: ProvisioningProfile): ProfileFields {
  return { name: profile?.name ?? '', text: profile?.text ?? '' }
}

/** freeName is a name for a copy that no profile has yet: "Lobby 2" of "Lobby". */
export function freeName(name: string, taken: readonly string[]): string {
  const used = new Set(taken.map((one) => one.trim().toLowerCase()))
  const stem = name.replace(/ \d+$/, '')
  for (let n = 2; ; n += 1) {
    const next = `${stem} ${n}`
    if (!used.has(next.toLowerCase())) return next
  }
}

/** ownValues is what a profile sets itself, with its locks, as a copy of it gets it. */
export function ownValues(settings: readonly Setting[]): SettingWrite[] {
  return settings
    .filter((setting) => setting.own !== undefined)
    .map((setting) => ({ key: setting.key, value: setting.own ?? null, locked: setting.ownLocked ?? false }))
}

const useKinds = ['group', 'user', 'device'] as const
export type UseKind = (typeof useKinds)[number]

/** usesOf is who has a profile, apart by kind: a device may stand under its account, which is where a link leads. */
export function usesOf(references: readonly Reference[]): Record<UseKind, Reference[]> {
  const of = (kind: UseKind) => references.filter((reference) => reference.kind === kind)
  return { group: of('group'), user: of('user'), device: of('device') }
}
