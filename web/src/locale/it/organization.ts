import type { Words } from '..'
import type { organization as en } from '../en/organization'

export const organization: Words<typeof en> = {
  'organization.name': 'Nome dell’organizzazione',
  'organization.accountName': 'Nome breve',
  'organization.sipDomain': 'Dominio SIP',
  'organization.sipDomainHelp':
    'La parte dopo la @. I telefoni già configurati tengono quella vecchia finché non vengono cambiati.',
  'organization.country': 'Paese',
  'organization.language': 'Lingua',
  'organization.timeZone': 'Fuso orario',
  'organization.userLimit': 'Limite utenti',
  'organization.userLimitHelp': 'Raggiunto il limite non si possono creare account; le modifiche restano possibili.',
  'organization.updated': 'Organizzazione aggiornata: {name}',
}
