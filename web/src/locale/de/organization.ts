import type { Words } from '..'
import type { organization as en } from '../en/organization'

export const organization: Words<typeof en> = {
  'organization.name': 'Name der Organisation',
  'organization.accountName': 'Kurzname',
  'organization.sipDomain': 'SIP-Domain',
  'organization.sipDomainHelp':
    'Der Teil nach dem @. Eingerichtete Telefone behalten den bisherigen, bis sie geändert werden.',
  'organization.country': 'Land',
  'organization.language': 'Sprache',
  'organization.timeZone': 'Zeitzone',
  'organization.userLimit': 'Höchstzahl der Benutzer',
  'organization.userLimitHelp': 'Ist sie erreicht, lässt sich kein Konto mehr anlegen; Änderungen gehen weiterhin.',
  'organization.updated': 'Organisation gespeichert: {name}',
}
