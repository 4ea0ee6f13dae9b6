import type { Words } from '..'
import type { errors as en } from '../en/errors'

export const errors: Words<typeof en> = {
  'error.title': 'Diese Seite konnte nicht angezeigt werden',
  'error.retry': 'Erneut versuchen',
  'error.retrying': 'Es wird von selbst erneut versucht.',
  'error.requestId': 'Anfrage',
  'error.unreachable': 'Der Server antwortet nicht.',
  'error.signedOut': 'Ihre Sitzung ist beendet.',
  'error.forbidden': 'Ihre Rolle erlaubt das nicht.',
  'error.slow': {
    one: 'Zu viele Versuche. Warten Sie {n} Sekunde.',
    other: 'Zu viele Versuche. Warten Sie {n} Sekunden.',
  },
  'error.server': 'Fehler im Server: {detail}',
}
