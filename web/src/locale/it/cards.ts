import type { Words } from '..'
import type { cards as en } from '../en/cards'

export const cards: Words<typeof en> = {
  'card.label': 'Scheda di accesso: {name}',
  'card.once':
    'Mostrata una sola volta. Consegnarla o digitarla ora nel telefono; in seguito questi segreti si possono solo reimpostare.',
  'card.waiting': { one: '{n} scheda da consegnare', other: '{n} schede da consegnare' },
  'card.phone': 'Per il telefono',
  'card.person': 'Per la persona',
  'card.sipUsername': 'Nome utente SIP',
  'card.sipPassword': 'Password SIP',
  'card.domain': 'Dominio',
  'card.outboundProxy': 'Outbound proxy',
  'card.port': 'Porta',
  'card.transport': 'Trasporto',
  'card.srtp': 'SRTP',
  'card.username': 'Nome utente',
  'card.portalPassword': 'Password del portale',
  'card.voicemailPin': 'PIN della casella vocale',
  'card.unchanged': 'invariato',
  'card.ca': 'Autorità di certificazione',
  'card.caDownload': 'Scarica il certificato CA',
  'card.caFingerprint': 'Impronta CA (SHA-256)',
  'card.done': 'Fatto, metti via',
  'card.qr': 'Codice QR',
  'card.qrLabel': 'Codice QR con le impostazioni del telefono di {name}',
  'card.qrHelp': 'Contiene le impostazioni del telefono come testo. Creato in questo browser.',
  'card.print': 'Stampa',
}
