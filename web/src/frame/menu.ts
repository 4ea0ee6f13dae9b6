import type { TextKey } from '../locale'
import {
  IconBook,
  IconBuilding,
  IconDevice,
  IconPhone,
  IconRingGroup,
  IconSettings,
  IconTrash,
  IconUsers,
  IconVoicemail,
} from '../ui/icons'

export interface MenuLine {
  to: string
  label: TextKey
  icon: typeof IconUsers
  /** permissions: one of them opens the line. */
  permissions: string[]
  /** under is the paths that belong to the line. */
  under: string[]
}

/** menu is the pages there are, in the order of the menu. */
export const menu: MenuLine[] = [
  {
    to: '/groups',
    label: 'menu.groups',
    icon: IconUsers,
    permissions: ['groups:read'],
    under: ['/groups', '/accounts'],
  },
  { to: '/devices', label: 'menu.devices', icon: IconDevice, permissions: ['devices:read'], under: ['/devices'] },
  { to: '/numbers', label: 'menu.numbers', icon: IconBook, permissions: ['numbers:read'], under: ['/numbers'] },
  {
    to: '/ring-groups',
    label: 'menu.ringGroups',
    icon: IconRingGroup,
    permissions: ['numbers:read'],
    under: ['/ring-groups'],
  },
  {
    to: '/locations',
    label: 'menu.locations',
    icon: IconBuilding,
    permissions: ['locations:read'],
    under: ['/locations'],
  },
  {
    to: '/calls',
    label: 'menu.calls',
    icon: IconPhone,
    permissions: ['calls:read', 'records:read'],
    under: ['/calls'],
  },
  {
    to: '/voicemail',
    label: 'menu.voicemail',
    icon: IconVoicemail,
    permissions: ['voicemail:read'],
    under: ['/voicemail'],
  },
  { to: '/deleted', label: 'menu.deleted', icon: IconTrash, permissions: ['deleted:read'], under: ['/deleted'] },
  { to: '/settings', label: 'menu.settings', icon: IconSettings, permissions: ['settings:read'], under: ['/settings'] },
]
