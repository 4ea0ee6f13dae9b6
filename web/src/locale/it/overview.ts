import type { Words } from '..'
import type { overview as en } from '../en/overview'

export const overview: Words<typeof en> = {
  'overview.title': 'Panoramica',
  'overview.liveCalls': 'Chiamate in corso',
  'overview.phonesOnline': 'Telefoni in linea',
  'overview.accounts': 'Account',
  'overview.lastChanges': 'Ultime modifiche',
  'overview.allChanges': 'Tutte le modifiche',
  'overview.plainUser': 'Il Suo account non partecipa all’amministrazione.',
  'checklist.title': 'Fino alla prima chiamata',
  'checklist.done': '(fatto)',
  'checklist.group': 'Creare un gruppo',
  'checklist.groupHelp': 'Ogni account sta in un gruppo: un reparto, un edificio.',
  'checklist.accounts': 'Aggiungere due account',
  'checklist.accountsHelp': 'Basta un nome; interno e password vengono generati.',
  'checklist.phone': 'Mettere un account su un telefono',
  'checklist.phoneHelp':
    'Digitare in un telefono o softphone ciò che mostra la scheda dell’account. È fatto quando il telefono si registra.',
  'checklist.echo': 'Chiamare *43 da quel telefono',
  'checklist.echoHelp': 'Si sente la propria voce: la via verso il server e ritorno funziona, cifrata.',
  'checklist.call': 'Chiamare da un account all’altro',
  'checklist.callHelp': 'È fatto quando la chiamata riceve risposta.',
  'checklist.second': 'Nominare un secondo amministratore',
  'checklist.secondHelp': 'Così una password dimenticata non chiude fuori nessuno. Il ruolo è in Avanzate → Accesso.',
  'overview.mailStuck': { one: '{n} messaggio non è stato inviato.', other: '{n} messaggi non sono stati inviati.' },
  'overview.mailStuckWhy': 'Vedere che cosa ha risposto il server di posta',
}
