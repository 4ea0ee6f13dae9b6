import type { Words } from '..'
import type { forms as en } from '../en/forms'

export const forms: Words<typeof en> = {
  'form.required': 'Diese Angabe fehlt.',
  'form.number': 'Geben Sie eine ganze Zahl ein.',
  'form.waiting': { one: '{n} ungespeicherte Änderung', other: '{n} ungespeicherte Änderungen' },
  'form.leaveTitle': 'Ohne Speichern verlassen?',
  'form.leaveText': {
    one: '{n} Änderung ist noch nicht gespeichert.',
    other: '{n} Änderungen sind noch nicht gespeichert.',
  },
  'form.stay': 'Hier bleiben',
  'form.leave': 'Verlassen',
  'conflict.title': 'Inzwischen von {who} gespeichert. Diese Felder unterscheiden sich:',
  'conflict.somebody': 'jemand anderem',
  'conflict.field': 'Feld',
  'conflict.theirs': 'Gespeichert',
  'conflict.mine': 'Ihre Eingabe',
  'conflict.takeTheirs': 'Gespeichertes übernehmen',
  'conflict.keepMine': 'Eigene Eingabe behalten',
  'danger.type': 'Geben Sie zur Bestätigung „{name}“ ein',
  'danger.thirtyDays': 'Es lässt sich 30 Tage lang unter „Kürzlich gelöscht“ zurückholen.',
}
