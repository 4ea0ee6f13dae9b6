import type { Words } from '..'
import type { deleted as en } from '../en/deleted'

export const deleted: Words<typeof en> = {
  'deleted.help': 'Gelöschtes lässt sich 30 Tage lang vollständig zurückholen, mit denselben Nummern und Passwörtern.',
  'deleted.empty': 'In den letzten 30 Tagen wurde nichts gelöscht.',
  'deleted.kind': 'Art',
  'deleted.name': 'Name',
  'deleted.with': 'Zusammen mit',
  'deleted.at': 'Gelöscht',
  'deleted.by': 'Von',
  'deleted.purge': 'Endgültig weg',
  'deleted.restore': 'Zurückholen',
  'deleted.restoreOne': '{name} zurückholen',
  'deleted.restored': 'Zurückgeholt: {name}.',
}
