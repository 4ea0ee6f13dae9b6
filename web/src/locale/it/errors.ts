import type { Words } from '..'
import type { errors as en } from '../en/errors'

export const errors: Words<typeof en> = {
  'error.title': 'Non è stato possibile mostrare questa pagina',
  'error.retry': 'Riprova',
  'error.retrying': 'Nuovo tentativo automatico in corso.',
  'error.requestId': 'Richiesta',
  'error.unreachable': 'Il server non risponde.',
  'error.signedOut': 'La sessione è terminata.',
  'error.forbidden': 'Il Suo ruolo non lo consente.',
  'error.slow': {
    one: 'Troppi tentativi. Attendere {n} secondo.',
    other: 'Troppi tentativi. Attendere {n} secondi.',
  },
  'error.server': 'Errore del server: {detail}',
}
