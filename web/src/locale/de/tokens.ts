import type { Words } from '..'
import type { tokens as en } from '../en/tokens'

export const tokens: Words<typeof en> = {
  'tokens.help':
    'Für Programme, die die API in Ihrem Namen benutzen. Ein Token darf nicht mehr als Sie und nicht mehr als seine Befugnisse.',
  'tokens.new': 'Neues Token',
  'tokens.empty': 'Noch kein Token.',
  'tokens.token': 'Token',
  'tokens.card': 'Neues Token: {name}',
  'tokens.once': 'Token {name}, wird einmal angezeigt:',
  'tokens.revoke': 'Widerrufen',
  'tokens.revokeOne': '{name} widerrufen',
  'tokens.revokeTitle': 'Token {name} widerrufen?',
  'tokens.revokeText': 'Programme, die es verwenden, werden ab sofort abgewiesen.',
  'tokens.revoked': 'Token widerrufen: {name}',
  'token.name': 'Name',
  'token.nameHelp': 'Wofür es ist.',
  'token.scopes': 'Befugnisse',
  'token.scopesHelp': 'Keine gewählt: alles, was Sie selbst dürfen.',
  'token.everything': 'alles',
  'token.created': 'Erstellt',
  'token.expires': 'Endet',
  'token.never': 'nie',
  'token.lasts': 'Gültig',
  'token.lasts.week': 'Eine Woche',
  'token.lasts.quarter': '90 Tage',
  'token.lasts.year': 'Ein Jahr',
  'token.lasts.ever': 'Bis zum Widerruf',
}
