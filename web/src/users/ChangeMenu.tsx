import { Button, Menu } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'
import type { User } from '../api/types'
import { t, type TextKey } from '../locale'
import type { RowAction } from '../ui/DataTable'
import { IconBook, IconClock, IconPencil, IconUsers } from '../ui/icons'

// What is done now and then is loaded when it is done.
const LeavesDialog = lazy(() => import('./LeavesDialog').then((m) => ({ default: m.LeavesDialog })))
const RenumberDialog = lazy(() => import('./RenumberDialog').then((m) => ({ default: m.RenumberDialog })))
const RenameDialog = lazy(() => import('./RenameDialog').then((m) => ({ default: m.RenameDialog })))
const HandOverDialog = lazy(() => import('./RenameDialog').then((m) => ({ default: m.HandOverDialog })))

type What = 'rename' | 'renumber' | 'handOver' | 'leaves'
export interface Changing {
  what: What
  user: User
}

const entries: { what: What; label: TextKey; icon: React.ReactNode; fits: (user: User) => boolean }[] = [
  { what: 'rename', label: 'change.rename', icon: <IconPencil size={15} />, fits: () => true },
  { what: 'renumber', label: 'change.renumber', icon: <IconBook size={15} />, fits: (user) => user.number !== '' },
  { what: 'handOver', label: 'change.handOver', icon: <IconUsers size={15} />, fits: (user) => user.kind === 'person' },
  { what: 'leaves', label: 'change.leaves', icon: <IconClock size={15} />, fits: (user) => user.kind !== 'operator' },
]

/** changeActions are the lines of a row's menu for what changes who somebody is. */
export function changeActions(user: User, onChange: (changing: Changing) => void): RowAction<User>[] {
  return entries
    .filter((entry) => entry.fits(user))
    .map(({ what, label, icon }) => ({ label: t(label), icon, onClick: (row) => onChange({ what, user: row }) }))
}

/** ChangeDialog is the dialog of one of them. */
export function ChangeDialog({ changing, onClose }: { changing: Changing | undefined; onClose: () => void }) {
  if (!changing) return null
  const { what, user } = changing
  return (
    <Suspense fallback={null}>
      {what === 'rename' && <RenameDialog user={user} onClose={onClose} />}
      {what === 'renumber' && <RenumberDialog users={[user]} onClose={onClose} />}
      {what === 'handOver' && <HandOverDialog user={user} onClose={onClose} />}
      {what === 'leaves' && <LeavesDialog user={user} onClose={onClose} />}
    </Suspense>
  )
}

/** ChangeMenu offers the same in the form. */
export function ChangeMenu({ user }: { user: User }) {
  const [changing, setChanging] = useState<Changing>()
  return (
    <>
      <Menu withinPortal position="top-end">
        <Menu.Target>
          <Button variant="default">{t('change.more')}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {changeActions(user, setChanging).map((action) => (
            <Menu.Item key={action.label} leftSection={action.icon} onClick={() => action.onClick(user)}>
              {action.label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <ChangeDialog changing={changing} onClose={() => setChanging(undefined)} />
    </>
  )
}
