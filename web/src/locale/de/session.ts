import type { Words } from '..'
import type { session as en } from '../en/session'

export const session: Words<typeof en> = {
  'signIn.title': 'Anmelden',
  'signIn.login': 'Anmeldename',
  'signIn.loginHelp': 'Benutzername, Nummer oder E-Mail-Adresse',
  'signIn.password': 'Passwort',
  'signIn.button': 'Anmelden',
  'signIn.again': 'Erneut anmelden',
  'signIn.againText': 'Ihre Sitzung ist beendet. Ihre Eingaben sind noch da.',
  'own.menuPassword': 'Mein Passwort ändern…',
  'own.menuPin': 'Meine Mailbox-PIN ändern…',
  'own.passwordTitle': 'Ihr Passwort ändern',
  'own.passwordText': 'Es dient der Anmeldung hier. Wo Sie sonst noch angemeldet sind, endet das.',
  'own.password': 'Ihr bisheriges Passwort',
  'own.passwordDone': 'Ihr Passwort ist geändert.',
  'own.pinTitle': 'Ihre Mailbox-PIN ändern',
  'own.pinText': 'Danach fragt das Telefon über seine Tasten.',
  'own.pin': 'Neue PIN',
  'own.pinShort': 'Eine PIN hat 6 bis 12 Ziffern.',
  'own.pinDone': 'Ihre Mailbox-PIN ist geändert.',
  'own.menuAccount': 'Mein Konto…',
  'own.accountTitle': 'Mein Konto',
  'own.accountDone': 'Ihr Konto ist geändert.',
}
