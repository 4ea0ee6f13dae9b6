import type { Words } from '..'
import type { settings as en } from '../en/settings'

export const settings: Words<typeof en> = {
  'settings.organization': 'Organisation',
  'settings.security': 'Anrufe & Sicherheit',
  'settings.securityHelp': 'Was für alle gilt, die nichts Eigenes gewählt haben.',
  'settings.audit': 'Änderungsprotokoll',
  'settings.tokens': 'API-Token',
  'settings.resetOne': '{name} auf den geerbten Wert zurücksetzen',
  'level.default': 'Voreinstellung',
  'level.system': 'System',
  'level.organization': 'Organisation',
  'level.group': 'Gruppe',
  'level.user': 'Konto',
  'level.device': 'Gerät',
  'setting.call.security': 'Sicherheit der Anrufe',
  'setting.call.dormantWait': 'Warten auf die Rückkehr eines Telefons',
  'setting.call.dormantWait.help':
    'Wie lange ein Anruf weiterklingelt, während das angerufene Telefon die Verbindung verloren hat und zurückkommen kann.',
  'setting.call.ringTime': 'Rufdauer',
  'setting.call.ringTime.help': 'Wie lange ein Telefon klingelt, bevor der Anruf als unbeantwortet aufgegeben wird.',
  'setting.call.zrtp': 'ZRTP von Ende zu Ende',
  'setting.call.zrtp.help':
    'Ob zwei ZRTP-Clients die Schlüssel unter sich aushandeln dürfen, sodass der Server nicht mithören kann.',
  'setting.sip.digest': 'Digest-Verfahren',
  'setting.sip.digest.help':
    'Womit sich Telefone ausweisen. Manche Clients beherrschen nur MD5; über TLS ist das sicher.',
  'setting.portal.authAccountName': 'Anmeldung mit Auth-Kontonamen',
  'setting.portal.authAccountName.help':
    'Ob das Portal auch den Auth-Kontonamen eines Benutzers als Anmeldenamen annimmt.',
  'setting.call.security.help':
    '„Sicher“ verlangt TLS-Signalisierung und Sprache über SRTP oder ZRTP. „Beliebig“ lässt Telefone sich auch unverschlüsselt anmelden und sprechen.',
  'setting.call.security.secure': 'Sicher: TLS und SRTP oder ZRTP Pflicht',
  'setting.call.security.any': 'Beliebig: unverschlüsselte Telefone erlaubt',
  'setting.sip.digest.md5': 'MD5 (jedes Telefon)',
  'setting.sip.digest.sha256': 'SHA-256 (nur neuere Telefone)',
  'setting.sip.digest.both': 'Beide angeboten',
  'settings.of': 'Einstellungen',
  'settings.search': 'Einstellungen durchsuchen',
  'settings.noneFound': 'Keine Einstellung passt.',
  'settings.section.call': 'Anrufe',
  'settings.section.permission': 'Berechtigungen',
  'settings.section.region': 'Sprache und Zeit',
  'settings.section.portal': 'Portal',
  'settings.section.sip': 'SIP',
  'settings.noInternal': 'Anrufe zwischen Konten sind immer erlaubt; dafür gibt es keine Berechtigung.',
  'settings.review': 'Prüfen und speichern…',
  'settings.reviewTitle': 'Für wen sich was ändert',
  'settings.save': 'Speichern',
  'settings.lockedBy': 'Festgeschrieben von',
  'settings.comesFrom': 'Von',
  'settings.ownHere': 'Hier festgelegt',
  'settings.notSaved': 'noch nicht gespeichert',
  'settings.inheritedValue': 'Zurück auf {value}',
  'settings.lock': '{name} für alle darunter festschreiben',
  'settings.forWhom': 'Für wen?',
  'settings.forWhomOf': 'Für wen {name} gilt',
  'settings.applies': 'Gilt für {applies} von {all}.',
  'settings.resetBelow': 'Auch deren Werte zurücksetzen',
  'level.profile': 'Bereitstellungsprofil',
  'level.location': 'Standort',
  'settings.savedMany': { one: '{n} Einstellung gespeichert', other: '{n} Einstellungen gespeichert' },
  'settings.waiting': { one: '{n} Änderung wartet', other: '{n} Änderungen warten' },
  'settings.changesFor': {
    one: 'Für {n} von {all} Konten ändert sich etwas.',
    other: 'Für {n} von {all} Konten ändert sich etwas.',
  },
  'settings.more': { one: 'Und {n} weitere.', other: 'Und {n} weitere.' },
  'settings.haveOwn': { one: '{n} hat einen eigenen Wert:', other: '{n} haben eigene Werte:' },
  'settings.resetBelowDone': { one: '{n} Wert zurückgesetzt', other: '{n} Werte zurückgesetzt' },
  'settings.ofMembers': 'Einstellungen für die Mitglieder',
  'settings.topWins':
    'Legen mehrere Gruppen eines Kontos dasselbe fest, gewinnt die oberste in der Reihenfolge der Gruppen.',
  'settings.nobodyOwn': 'Niemand darunter hat einen eigenen Wert.',
  'setting.permission.call.local': 'Ortsgespräche',
  'setting.permission.call.local.help':
    'Anrufe zu externen Nummern im eigenen Ortsnetz. Zählt für Anrufe über Gateways; noch gibt es keine.',
  'setting.permission.call.national': 'Inlandsgespräche',
  'setting.permission.call.national.help':
    'Anrufe zu externen Nummern im eigenen Land. Zählt für Anrufe über Gateways; noch gibt es keine.',
  'setting.permission.call.mobile': 'Anrufe zu Mobiltelefonen',
  'setting.permission.call.mobile.help':
    'Anrufe zu Mobilnummern des eigenen Landes. Zählt für Anrufe über Gateways; noch gibt es keine.',
  'setting.permission.call.international': 'Auslandsgespräche',
  'setting.permission.call.international.help':
    'Anrufe in andere Länder. Zählt für Anrufe über Gateways; noch gibt es keine.',
  'setting.permission.call.premium': 'Sonderrufnummern',
  'setting.permission.call.premium.help':
    'Anrufe zu Nummern, die mehr kosten als ein Gespräch. Zählt für Anrufe über Gateways; noch gibt es keine.',
  'setting.permission.call.tollFree': 'Gebührenfreie Nummern',
  'setting.permission.call.tollFree.help':
    'Anrufe, die den Anrufer nichts kosten. Zählt für Anrufe über Gateways; noch gibt es keine.',
  'setting.permission.call.satellite': 'Satellitentelefone',
  'setting.permission.call.satellite.help':
    'Anrufe zu Satellitentelefonen und anderen teuren Netzen. Zählt für Anrufe über Gateways; noch gibt es keine.',
  'setting.permission.voicemail': 'Voicemail',
  'setting.permission.voicemail.help': 'Hat eine Mailbox. Zählt, sobald es Mailboxen gibt.',
  'setting.permission.changePin': 'PIN am Telefon ändern',
  'setting.permission.changePin.help':
    'Darf am Telefon eine andere Voicemail-PIN wählen. Zählt, sobald es Mailboxen gibt.',
  'setting.permission.webSms': 'Web-SMS',
  'setting.permission.webSms.help':
    'Darf aus dem Portal Kurznachrichten senden. Zählt, sobald Nachrichten gesendet werden können.',
  'setting.permission.addDevices': 'Geräte hinzufügen',
  'setting.permission.addDevices.help': 'Darf im Portal eigene Telefone hinzufügen. Zählt, sobald das Portal es kann.',
  'setting.permission.addChargeableDevices': 'Kostenpflichtige Geräte hinzufügen',
  'setting.permission.addChargeableDevices.help':
    'Darf Telefone hinzufügen, die eine monatliche Gebühr kosten. Zählt, sobald das Portal es kann.',
  'setting.region.language': 'Sprache',
  'setting.region.language.help': 'Die Sprache der Seite, der Ansagen und der E-Mails.',
  'setting.region.timeZone': 'Zeitzone',
  'setting.region.timeZone.help': 'In der Uhrzeiten angezeigt werden und gemeint sind.',
  'settings.byThemselves':
    'Einstellungen werden für sich gespeichert, nach einem Blick darauf, was sich für wen ändert.',
  'settings.stillWaiting': {
    one: '{n} Einstellung ist noch zu prüfen und zu speichern.',
    other: '{n} Einstellungen sind noch zu prüfen und zu speichern.',
  },
  'settings.section.dial': 'Wählen',
  'setting.dial.outsidePrefix': 'Ziffer für eine Amtsleitung',
  'setting.dial.outsidePrefix.help':
    'Die Ziffer, die vor einer Außenrufnummer gewählt wird, wie die 0 in 0 030 901820. Keine Nebenstelle kann mit ihr beginnen.',
  'setting.dial.outsidePrefix.none': 'Keine',
  'level.kind': 'Art des Kontos',
  'settings.becauseSpace': 'weil es ein Raum ist',
  'setting.call.shownNumber': 'Angezeigte Nummer',
  'setting.call.shownNumber.help':
    'Was Angerufene draußen sehen: eine der hier zugeordneten Nummern, die eigene des Anrufers oder keine. Es gilt für Anrufe über Gateways; noch gibt es keine.',
  'setting.call.shownNumber.own': 'Die eigene Nummer des Anrufers',
  'setting.call.shownNumber.withheld': 'Unterdrückt',
}
