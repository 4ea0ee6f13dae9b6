import type { Words } from '..'
import type { tokens as en } from '../en/tokens'

export const tokens: Words<typeof en> = {
  'tokens.help':
    'Per i programmi che usano l’API a Suo nome. Un token non può fare più di Lei, né più dei suoi ambiti.',
  'tokens.new': 'Nuovo token',
  'tokens.empty': 'Ancora nessun token.',
  'tokens.token': 'token',
  'tokens.card': 'Nuovo token: {name}',
  'tokens.once': 'Token {name}, mostrato una sola volta:',
  'tokens.revoke': 'Revoca',
  'tokens.revokeOne': 'Revoca {name}',
  'tokens.revokeTitle': 'Revocare il token {name}?',
  'tokens.revokeText': 'I programmi che lo usano vengono rifiutati da subito.',
  'tokens.revoked': 'Token revocato: {name}',
  'token.name': 'Nome',
  'token.nameHelp': 'A che cosa serve.',
  'token.scopes': 'Ambiti',
  'token.scopesHelp': 'Nessuno selezionato: tutto ciò che può fare Lei.',
  'token.everything': 'tutto',
  'token.created': 'Creato',
  'token.expires': 'Scade',
  'token.never': 'mai',
  'token.lasts': 'Durata',
  'token.lasts.week': 'Una settimana',
  'token.lasts.quarter': '90 giorni',
  'token.lasts.year': 'Un anno',
  'token.lasts.ever': 'Fino alla revoca',
}
