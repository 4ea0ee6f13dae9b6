import type { Words } from '..'
import type { security as en } from '../en/security'

export const security: Words<typeof en> = {
  'security.title': 'Sicherheit der Anrufe',
  'security.short': 'Sicherheit',
  'security.why': 'Ob Telefone sich unverschlüsselt anmelden und sprechen dürfen.',
  'security.from.organization': 'Wie die Organisation',
  'security.from.user': 'Wie das Konto',
  'security.secure': 'Sicher',
  'security.secureHelp':
    'Signalisierung über TLS, Sprache über SRTP oder ZRTP. Ein Telefon, das das nicht kann, wird abgewiesen.',
  'security.any': 'Beliebig',
  'security.anyHelp':
    'Auch ein altes Telefon darf sich unverschlüsselt anmelden und sprechen: Wer in seinem Netz ist, kann mithören. Jeder solche Anruf wird gekennzeichnet.',
  'security.mode.sdes': 'SRTP',
  'security.mode.dtls': 'SRTP (DTLS)',
  'security.mode.zrtp': 'ZRTP',
  'security.mode.none': 'Unverschlüsselt',
  'security.mode.secure': 'Sicher',
  'security.mode.any': 'Beliebig',
  'security.mode.encrypted': 'Verschlüsselt',
  'security.help.sdes': 'Die Sprache ist zwischen Telefon und Server verschlüsselt (SRTP).',
  'security.help.dtls': 'Die Sprache ist zwischen Telefon und Server verschlüsselt (SRTP, Schlüssel über DTLS).',
  'security.help.zrtp': 'Die Sprache ist von Telefon zu Telefon verschlüsselt (ZRTP); der Server kann nicht mithören.',
  'security.help.none': 'Die Sprache ist auf dieser Seite nicht verschlüsselt.',
  'security.help.secure': 'TLS und SRTP oder ZRTP sind Pflicht.',
  'security.help.any': 'Unverschlüsselte Anrufe sind erlaubt.',
  'security.help.encrypted': 'Die Signalisierung ist verschlüsselt (TLS).',
}
