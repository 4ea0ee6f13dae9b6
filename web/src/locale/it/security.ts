import type { Words } from '..'
import type { security as en } from '../en/security'

export const security: Words<typeof en> = {
  'security.title': 'Sicurezza delle chiamate',
  'security.short': 'Sicurezza',
  'security.why': 'Se i telefoni possono registrarsi e parlare senza cifratura.',
  'security.from.organization': 'Come l’organizzazione',
  'security.from.user': 'Come l’account',
  'security.secure': 'Sicura',
  'security.secureHelp': 'Segnalazione su TLS, voce su SRTP o ZRTP. Un telefono che non ne è capace viene rifiutato.',
  'security.any': 'Qualsiasi',
  'security.anyHelp':
    'Anche un vecchio telefono può registrarsi e parlare in chiaro: chi è sulla sua rete può ascoltare. Ogni chiamata di questo tipo è segnalata.',
  'security.mode.sdes': 'SRTP',
  'security.mode.dtls': 'SRTP (DTLS)',
  'security.mode.zrtp': 'ZRTP',
  'security.mode.none': 'Non cifrata',
  'security.mode.secure': 'Sicura',
  'security.mode.any': 'Qualsiasi',
  'security.mode.encrypted': 'Cifrata',
  'security.help.sdes': 'La voce è cifrata tra telefono e server (SRTP).',
  'security.help.dtls': 'La voce è cifrata tra telefono e server (SRTP, chiavi via DTLS).',
  'security.help.zrtp': 'La voce è cifrata da telefono a telefono (ZRTP); il server non può ascoltare.',
  'security.help.none': 'Da questo lato la voce non è cifrata.',
  'security.help.secure': 'TLS e SRTP o ZRTP sono obbligatori.',
  'security.help.any': 'Sono ammesse chiamate non cifrate.',
  'security.help.encrypted': 'La segnalazione è cifrata (TLS).',
}
