import type { Words } from '..'
import type { forms as en } from '../en/forms'

export const forms: Words<typeof en> = {
  'form.required': 'Campo obbligatorio.',
  'form.number': 'Inserire un numero intero.',
  'form.waiting': { one: '{n} modifica non salvata', other: '{n} modifiche non salvate' },
  'form.leaveTitle': 'Uscire senza salvare?',
  'form.leaveText': {
    one: '{n} modifica non è ancora salvata.',
    other: '{n} modifiche non sono ancora salvate.',
  },
  'form.stay': 'Resta qui',
  'form.leave': 'Esci',
  'conflict.title': 'Nel frattempo {who} ha salvato. Questi campi sono diversi:',
  'conflict.somebody': 'qualcun altro',
  'conflict.field': 'Campo',
  'conflict.theirs': 'Salvato',
  'conflict.mine': 'Digitato',
  'conflict.takeTheirs': 'Usa quello salvato',
  'conflict.keepMine': 'Tieni il mio',
  'danger.type': 'Digitare «{name}» per confermare',
  'danger.thirtyDays': 'Per 30 giorni si può ripristinare da «Eliminati di recente».',
}
