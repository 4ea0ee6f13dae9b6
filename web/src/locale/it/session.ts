import type { Words } from '..'
import type { session as en } from '../en/session'

export const session: Words<typeof en> = {
  'signIn.title': 'Accesso',
  'signIn.login': 'Nome di accesso',
  'signIn.loginHelp': 'Nome utente, numero o indirizzo e-mail',
  'signIn.password': 'Password',
  'signIn.button': 'Accedi',
  'signIn.again': 'Accedere di nuovo',
  'signIn.againText': 'La sessione è terminata. Ciò che è stato digitato è ancora qui.',
  'own.menuPassword': 'Cambiare la mia password…',
  'own.menuPin': 'Cambiare il mio PIN della segreteria…',
  'own.passwordTitle': 'Cambiare la password',
  'own.passwordText': 'Serve per accedere qui. Gli accessi aperti altrove terminano.',
  'own.password': 'La password attuale',
  'own.passwordDone': 'La password è cambiata.',
  'own.pinTitle': 'Cambiare il PIN della segreteria',
  'own.pinText': 'È quello che il telefono chiede dalla tastiera.',
  'own.pin': 'Nuovo PIN',
  'own.pinShort': 'Un PIN ha da 6 a 12 cifre.',
  'own.pinDone': 'Il PIN della segreteria è cambiato.',
  'own.menuAccount': 'Il mio account…',
  'own.accountTitle': 'Il mio account',
  'own.accountDone': 'L’account è cambiato.',
}
