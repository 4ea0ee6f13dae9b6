import type { Setting, SettingReach, UserPermission } from '../api/types'
import { t, tOr } from '../locale'
import { settingName } from '../settings/SettingInput'

/** PermissionRow is a permission at a place; one that was added can be renamed and deleted. */
export interface PermissionRow {
  setting: Setting
  custom: (UserPermission & { id: number }) | undefined
}

/** rowsOf is the permissions among the settings of a place: those of the catalogue, and those that were added. */
export function rowsOf(
  settings: readonly Setting[],
  permissions: readonly UserPermission[],
): { builtIn: PermissionRow[]; added: PermissionRow[] } {
  const byKey = new Map(permissions.map((permission) => [permission.key, permission]))
  const rows = settings
    .filter((setting) => setting.key.startsWith('permission.'))
    .map((setting): PermissionRow => {
      const known = byKey.get(setting.key)
      return { setting, custom: known?.id ? { ...known, id: known.id } : undefined }
    })
  return { builtIn: rows.filter((row) => !row.custom), added: rows.filter((row) => row.custom) }
}

/** rowName is a permission in words. */
export function rowName({ setting, custom }: PermissionRow): string {
  return custom?.label ?? settingName(setting)
}

/** setAt names the places that grant or refuse a permission, with how many accounts have it from there. */
export function setAt(reach: Pick<SettingReach, 'applies' | 'own' | 'ownCount' | 'elsewhere'>): string[] {
  const places = reach.elsewhere
    .filter((place) => !['default', 'system', 'user', 'device'].includes(place.level))
    .map((place) =>
      [tOr(`level.${place.level}`, place.level), place.name, `(${t('count.users', { n: place.users })})`]
        .filter(Boolean)
        .join(' '),
    )
  const people = reach.own.map((own) => own.user.displayName)
  const more = reach.ownCount > people.length ? [t('groups.andMore', { n: reach.ownCount - people.length })] : []
  const here = reach.applies > 0 ? [`${t('level.organization')} (${t('count.users', { n: reach.applies })})`] : []
  return [...here, ...places, ...people, ...more]
}
