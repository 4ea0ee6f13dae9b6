import type { Words } from '..'
import type { setup as en } from '../en/setup'

export const setup: Words<typeof en> = {
  'setup.title': 'Configurazione di Ringfence',
  'setup.intro': 'Un sistema telefonico privato e sicuro. Due minuti per il primo account.',
  'setup.steps': 'Passi',
  'setup.owner': 'Proprietario',
  'setup.organization': 'Organizzazione',
  'setup.address': 'Indirizzo',
  'setup.certificate': 'Certificato',
  'setup.ownerHelp': 'Il proprietario amministra tutto. È Lei.',
  'setup.email': 'E-mail (facoltativa)',
  'setup.passwordHelp': 'Almeno 12 caratteri. Vanno bene parole qualsiasi.',
  'setup.passwordShort': 'Usare almeno 12 caratteri.',
  'setup.defaults':
    'Il resto ha valori predefiniti che si possono cambiare in seguito: {country}, {timeZone}, raggiungibile a {address}.',
  'setup.finishDefaults': 'Termina con i valori predefiniti',
  'setup.organizationHelp': 'Il Paese determina prefissi, numeri di emergenza e toni.',
  'setup.addressHelp':
    'Il nome o l’indirizzo con cui i telefoni trovano questo server. Resta scritto in ogni telefono: sceglierne uno che non cambi.',
  'setup.addressLabel': 'Indirizzo del server',
  'setup.addressExample': 'Un utente è poi raggiungibile come sip:201@{address}.',
  'setup.finish': 'Termina',
  'setup.doneTitle': 'Ringfence è configurato',
  'setup.done':
    'L’accesso è eseguito. Una cosa rende più semplice tutto il resto: considerare attendibile il certificato di questo server.',
  'setup.firstGroup': 'Crea il primo gruppo',
  'setup.toOverview': 'Vai alla panoramica',
  'setup.noToken': 'Per la configurazione serve il link che il server ha mostrato all’avvio. Per averne un altro:',
  'authority.title': 'Certificato',
  'authority.own':
    'Questo server ha una propria autorità di certificazione. I browser avvertono finché non la considerano attendibile, e ai telefoni serve per verificare di parlare con questo server e con nessun altro.',
  'authority.public': 'Il certificato di questo server viene da un’autorità pubblica. Non c’è nulla da installare.',
  'authority.compare': 'Confrontare l’impronta con quella che il server ha mostrato all’avvio.',
  'authority.how': 'Come installarlo',
  'authority.windows':
    'Windows: aprire il file, Installa certificato, Computer locale, Autorità di certificazione radice attendibili.',
  'authority.mac': 'macOS: aprire il file in Accesso Portachiavi, Sistema, poi impostare «Fidati sempre».',
  'authority.linux':
    'Debian, Ubuntu: copiarlo in /usr/local/share/ca-certificates/ con estensione .crt, poi eseguire update-ca-certificates.',
  'authority.firefox': 'Firefox: Impostazioni, Privacy e sicurezza, Mostra certificati, Autorità, Importa.',
  'authority.phones':
    'Telefoni e softphone: caricare il file come certificato CA o attendibile; la scheda di ogni account contiene il link.',
}
