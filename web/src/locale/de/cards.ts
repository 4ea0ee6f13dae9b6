import type { Words } from '..'
import type { cards as en } from '../en/cards'

export const cards: Words<typeof en> = {
  'card.label': 'Zugangskarte: {name}',
  'card.once':
    'Wird einmal angezeigt. Übergeben Sie sie jetzt oder geben Sie sie ins Telefon ein; danach lassen sich diese Geheimnisse nur zurücksetzen.',
  'card.waiting': { one: '{n} Karte zu übergeben', other: '{n} Karten zu übergeben' },
  'card.phone': 'Für das Telefon',
  'card.person': 'Für die Person',
  'card.sipUsername': 'SIP-Benutzername',
  'card.sipPassword': 'SIP-Passwort',
  'card.domain': 'Domain',
  'card.outboundProxy': 'Outbound-Proxy',
  'card.port': 'Port',
  'card.transport': 'Transport',
  'card.srtp': 'SRTP',
  'card.username': 'Benutzername',
  'card.portalPassword': 'Portalpasswort',
  'card.voicemailPin': 'Anrufbeantworter-PIN',
  'card.unchanged': 'unverändert',
  'card.ca': 'Zertifizierungsstelle',
  'card.caDownload': 'CA-Zertifikat herunterladen',
  'card.caFingerprint': 'CA-Fingerabdruck (SHA-256)',
  'card.done': 'Fertig, weglegen',
  'card.qr': 'QR-Code',
  'card.qrLabel': 'QR-Code mit den Telefoneinstellungen von {name}',
  'card.qrHelp': 'Enthält die Einstellungen des Telefons als Text. In diesem Browser erzeugt.',
  'card.print': 'Drucken',
}
