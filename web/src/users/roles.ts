import { t } from '../locale'

/** roles that one may give, the least first. */
export const roles = [
  'user',
  'receptionist',
  'group_administrator',
  'billing',
  'auditor',
  'administrator',
  'owner',
] as const

/** roleChoices is the roles as a menu; only an owner makes owners. */
export function roleChoices(owner: boolean): { value: string; label: string }[] {
  return roles.filter((role) => role !== 'owner' || owner).map((role) => ({ value: role, label: t(`role.${role}`) }))
}
