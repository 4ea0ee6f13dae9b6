import type { Words } from '..'
import type { setup as en } from '../en/setup'

export const setup: Words<typeof en> = {
  'setup.title': 'Ringfence einrichten',
  'setup.intro': 'Eine private, sichere Telefonanlage. In zwei Minuten zum ersten Konto.',
  'setup.steps': 'Schritte',
  'setup.owner': 'Eigentümer',
  'setup.organization': 'Organisation',
  'setup.address': 'Adresse',
  'setup.certificate': 'Zertifikat',
  'setup.ownerHelp': 'Der Eigentümer verwaltet alles. Das sind Sie.',
  'setup.email': 'E-Mail (freiwillig)',
  'setup.passwordHelp': 'Mindestens 12 Zeichen. Beliebige Wörter genügen.',
  'setup.passwordShort': 'Verwenden Sie mindestens 12 Zeichen.',
  'setup.defaults':
    'Alles Weitere ist voreingestellt und lässt sich später ändern: {country}, {timeZone}, erreichbar unter {address}.',
  'setup.finishDefaults': 'Mit den Voreinstellungen abschließen',
  'setup.organizationHelp': 'Das Land bestimmt Vorwahlen, Notrufnummern und Töne.',
  'setup.addressHelp':
    'Der Name oder die Adresse, unter der Telefone diesen Server finden. Sie steht in jedem Telefon; wählen Sie eine, die bleibt.',
  'setup.addressLabel': 'Adresse des Servers',
  'setup.addressExample': 'Ein Benutzer ist dann erreichbar als sip:201@{address}.',
  'setup.finish': 'Abschließen',
  'setup.doneTitle': 'Ringfence ist eingerichtet',
  'setup.done': 'Sie sind angemeldet. Eines macht alles Weitere einfacher: dem Zertifikat dieses Servers vertrauen.',
  'setup.firstGroup': 'Erste Gruppe anlegen',
  'setup.toOverview': 'Zur Übersicht',
  'setup.noToken': 'Die Einrichtung braucht den Link, den der Server beim Start ausgegeben hat. Einen neuen gibt aus:',
  'authority.title': 'Zertifikat',
  'authority.own':
    'Dieser Server hat eine eigene Zertifizierungsstelle. Browser warnen, bis sie ihr vertrauen, und Telefone prüfen damit, dass sie mit diesem Server sprechen und mit keinem anderen.',
  'authority.public':
    'Das Zertifikat dieses Servers stammt von einer öffentlichen Stelle. Es ist nichts zu installieren.',
  'authority.compare': 'Vergleichen Sie den Fingerabdruck mit dem, den der Server beim Start ausgegeben hat.',
  'authority.how': 'So wird es installiert',
  'authority.windows':
    'Windows: Datei öffnen, Zertifikat installieren, Lokaler Computer, Vertrauenswürdige Stammzertifizierungsstellen.',
  'authority.mac': 'macOS: Datei in der Schlüsselbundverwaltung unter „System“ öffnen, dann „Immer vertrauen“ wählen.',
  'authority.linux':
    'Debian, Ubuntu: mit der Endung .crt nach /usr/local/share/ca-certificates/ kopieren, dann update-ca-certificates ausführen.',
  'authority.firefox':
    'Firefox: Einstellungen, Datenschutz & Sicherheit, Zertifikate anzeigen, Zertifizierungsstellen, Importieren.',
  'authority.phones':
    'Telefone und Softphones: Geben Sie ihnen die Datei als vertrauenswürdiges oder CA-Zertifikat; die Karte jedes Kontos verweist darauf.',
}
