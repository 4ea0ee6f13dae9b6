import type { Words } from '..'
import type { overview as en } from '../en/overview'

export const overview: Words<typeof en> = {
  'overview.title': 'Übersicht',
  'overview.liveCalls': 'Laufende Anrufe',
  'overview.phonesOnline': 'Telefone online',
  'overview.accounts': 'Konten',
  'overview.lastChanges': 'Letzte Änderungen',
  'overview.allChanges': 'Alle Änderungen',
  'overview.plainUser': 'Ihr Konto hat keinen Zugang zur Verwaltung.',
  'checklist.title': 'Bis zum ersten Anruf',
  'checklist.done': '(erledigt)',
  'checklist.group': 'Gruppe anlegen',
  'checklist.groupHelp': 'Jedes Konto gehört zu einer: einer Abteilung, einem Gebäude.',
  'checklist.accounts': 'Zwei Konten anlegen',
  'checklist.accountsHelp': 'Ein Name genügt; Nebenstelle und Passwörter werden vergeben.',
  'checklist.phone': 'Ein Konto auf ein Telefon bringen',
  'checklist.phoneHelp':
    'Geben Sie in ein Telefon oder Softphone ein, was die Karte des Kontos zeigt. Erledigt, sobald sich das Telefon anmeldet.',
  'checklist.echo': 'Von dort *43 anrufen',
  'checklist.echoHelp': 'Sie hören sich selbst: Der Weg zum Server und zurück steht, verschlüsselt.',
  'checklist.call': 'Von einem Konto zum anderen anrufen',
  'checklist.callHelp': 'Erledigt, sobald der Anruf angenommen wird.',
  'checklist.second': 'Zweiten Administrator bestimmen',
  'checklist.secondHelp':
    'Damit ein vergessenes Passwort niemanden aussperrt. Die Rolle steht unter Erweitert → Anmeldung.',
  'overview.mailStuck': {
    one: '{n} Nachricht konnte nicht gesendet werden.',
    other: '{n} Nachrichten konnten nicht gesendet werden.',
  },
  'overview.mailStuckWhy': 'Ansehen, was der Mailserver geantwortet hat',
}
