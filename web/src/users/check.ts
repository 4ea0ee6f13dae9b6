import { t } from '../locale'
import type { Errors } from '../ui/use-form'
import type { UserValues } from './values'

/** checkUser finds what the server would refuse anyway, before anything is sent. The server's word is the last. */
export function checkUser(values: UserValues): Errors<UserValues> {
  const errors: Errors<UserValues> = {}
  if (values.kind === 'person' && !values.firstName.trim() && !values.lastName.trim()) {
    errors.firstName = t('user.nameNeeded')
  }
  if (values.kind !== 'person' && !values.displayName.trim()) errors.displayName = t('user.displayNameNeeded')
  if (!values.groupId) errors.groupId = t('user.groupNeeded')
  return errors
}
