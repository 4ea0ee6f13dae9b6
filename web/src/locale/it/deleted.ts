import type { Words } from '..'
import type { deleted as en } from '../en/deleted'

export const deleted: Words<typeof en> = {
  'deleted.help':
    'Ciò che è stato eliminato si può ripristinare per intero per 30 giorni, con gli stessi numeri e le stesse password.',
  'deleted.empty': 'Negli ultimi 30 giorni non è stato eliminato nulla.',
  'deleted.kind': 'Tipo',
  'deleted.name': 'Nome',
  'deleted.with': 'Insieme a',
  'deleted.at': 'Eliminato',
  'deleted.by': 'Da',
  'deleted.purge': 'Scompare del tutto',
  'deleted.restore': 'Ripristina',
  'deleted.restoreOne': 'Ripristina {name}',
  'deleted.restored': 'Ripristinato: {name}.',
}
