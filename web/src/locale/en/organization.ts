/** organization: the words of the organization. */
export const organization = {
  'organization.name': 'Organization name',
  'organization.accountName': 'Account name',
  'organization.sipDomain': 'SIP domain',
  'organization.sipDomainHelp': 'The part after the @. Phones that are set up keep the old one until they are changed.',
  'organization.country': 'Country',
  'organization.language': 'Language',
  'organization.timeZone': 'Time zone',
  'organization.userLimit': 'User limit',
  'organization.userLimitHelp': 'At the limit no account can be created; changes still work.',
  'organization.updated': 'Organization updated: {name}',
} as const
