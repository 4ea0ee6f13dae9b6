/** setup: the words of set-up and the certificate authority. */
export const setup = {
  'setup.title': 'Set up Ringfence',
  'setup.intro': 'A private, secure phone system. Two minutes to the first account.',
  'setup.steps': 'Steps',
  'setup.owner': 'Owner',
  'setup.organization': 'Organization',
  'setup.address': 'Address',
  'setup.certificate': 'Certificate',
  'setup.ownerHelp': 'The owner administers everything. This is you.',
  'setup.email': 'E-mail (optional)',
  'setup.passwordHelp': 'At least 12 characters. Any words will do.',
  'setup.passwordShort': 'Use at least 12 characters.',
  'setup.defaults': 'The rest has defaults that can be changed later: {country}, {timeZone}, reached at {address}.',
  'setup.finishDefaults': 'Finish with the defaults',
  'setup.organizationHelp': 'The country decides prefixes, emergency numbers and tones.',
  'setup.addressHelp':
    'The name or address by which phones find this server. It stands in every phone, so choose one that stays.',
  'setup.addressLabel': 'Address people use',
  'setup.addressExample': 'A user is then reached as sip:201@{address}.',
  'setup.finish': 'Finish',
  'setup.doneTitle': 'Ringfence is set up',
  'setup.done': 'You are signed in. One thing makes everything after it smoother: trust this server’s certificate.',
  'setup.firstGroup': 'Make the first group',
  'setup.toOverview': 'Go to the overview',
  'setup.noToken': 'Set-up needs the link that the server printed when it started. Another is printed by:',
  'authority.title': 'Certificate',
  'authority.own':
    'This server made its own certificate authority. Browsers warn until they trust it, and phones need it to check that they talk to this server and no other.',
  'authority.public': 'This server’s certificate comes from a public authority. There is nothing to install.',
  'authority.compare': 'Compare the fingerprint with the one that the server printed when it started.',
  'authority.how': 'How to install it',
  'authority.windows':
    'Windows: open the file, Install certificate, Local machine, Trusted root certification authorities.',
  'authority.mac': 'macOS: open the file in Keychain Access, System, then set it to Always trust.',
  'authority.linux':
    'Debian, Ubuntu: copy it to /usr/local/share/ca-certificates/ with the ending .crt, then run update-ca-certificates.',
  'authority.firefox': 'Firefox: Settings, Privacy & security, View certificates, Authorities, Import.',
  'authority.phones':
    'Phones and softphones: give them the file as trusted or CA certificate; each account’s card links to it.',
} as const
