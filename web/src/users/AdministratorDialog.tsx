import { useQueryClient } from '@tanstack/react-query'
import { request } from '../api/client'
import type { User } from '../api/types'
import { t } from '../locale'
import { PasswordDialog } from '../session/PasswordDialog'
import { advise } from '../ui/advise'
import { userKeys } from './queries'

/** isAdministrator is whether the row of a user bears the mark. */
export function isAdministrator(user: Pick<User, 'role'>): boolean {
  return user.role === 'administrator' || user.role === 'owner'
}

/** AdministratorDialog gives somebody the administration, or takes it, once the own password was typed. */
export function AdministratorDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const client = useQueryClient()
  const on = !isAdministrator(user)
  const set = async (password: string) => {
    await request('PUT /users/{id}/administrator', { path: { id: user.id }, body: { administrator: on, password } })
    await client.invalidateQueries({ queryKey: userKeys.all })
    advise(
      {
        tone: on ? 'done' : 'removed',
        text: t(on ? 'admin.givenLine' : 'admin.takenLine', { name: user.displayName }),
      },
      'here',
    )
    onClose()
  }
  return (
    <PasswordDialog
      title={t(on ? 'admin.give' : 'admin.take', { name: user.displayName })}
      confirm={t('ok')}
      onPassword={set}
      onClose={onClose}
    >
      <p>{t(on ? 'admin.giveText' : 'admin.takeText')}</p>
    </PasswordDialog>
  )
}
