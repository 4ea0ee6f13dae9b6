import type { Words } from '..'
import type { settings as en } from '../en/settings'

export const settings: Words<typeof en> = {
  'settings.organization': 'Organizzazione',
  'settings.security': 'Chiamate e sicurezza',
  'settings.securityHelp': 'Ciò che vale per tutti coloro che non hanno una scelta propria.',
  'settings.audit': 'Registro modifiche',
  'settings.tokens': 'Token API',
  'settings.resetOne': 'Riporta {name} al valore ereditato',
  'level.default': 'valore predefinito',
  'level.system': 'sistema',
  'level.organization': 'organizzazione',
  'level.group': 'gruppo',
  'level.user': 'account',
  'level.device': 'dispositivo',
  'setting.call.security': 'Sicurezza delle chiamate',
  'setting.call.dormantWait': 'Attesa del ritorno di un telefono',
  'setting.call.dormantWait.help':
    'Per quanto tempo una chiamata continua a squillare mentre il telefono chiamato ha perso la connessione e può tornare.',
  'setting.call.ringTime': 'Durata dello squillo',
  'setting.call.ringTime.help':
    'Per quanto tempo un telefono squilla prima che la chiamata sia considerata senza risposta.',
  'setting.call.holdMusic': 'Musica di attesa',
  'setting.call.holdMusic.help':
    'Se chi viene messo in attesa sente della musica. Senza, il suo telefono lo viene a sapere e tace.',
  'setting.call.zrtp': 'ZRTP da un capo all’altro',
  'setting.call.zrtp.help':
    'Se due client ZRTP possono concordare le chiavi tra loro, così che il server non possa ascoltare.',
  'setting.sip.digest': 'Algoritmo digest',
  'setting.sip.digest.help':
    'Con quale algoritmo si autenticano i telefoni. Alcuni client conoscono solo MD5; su TLS è sicuro.',
  'setting.portal.authAccountName': 'Accesso con nome account di autenticazione',
  'setting.portal.authAccountName.help':
    'Se il portale accetta come nome di accesso anche il nome account di autenticazione di un utente.',
  'setting.call.security.help':
    '«Sicura» richiede segnalazione TLS e voce SRTP o ZRTP. «Qualsiasi» permette a un telefono di registrarsi e parlare anche in chiaro.',
  'setting.call.security.secure': 'Sicura: TLS e SRTP o ZRTP obbligatori',
  'setting.call.security.any': 'Qualsiasi: ammessi telefoni non cifrati',
  'setting.sip.digest.md5': 'MD5 (tutti i telefoni)',
  'setting.sip.digest.sha256': 'SHA-256 (solo telefoni recenti)',
  'setting.sip.digest.both': 'Offerti entrambi',
  'settings.of': 'Impostazioni',
  'settings.search': 'Cerca nelle impostazioni',
  'settings.noneFound': 'Nessuna impostazione corrisponde.',
  'settings.section.call': 'Chiamate',
  'settings.section.voicemail': 'Casella vocale',
  'settings.section.permission': 'Permessi',
  'settings.section.region': 'Lingua e ora',
  'settings.section.portal': 'Portale',
  'settings.section.sip': 'SIP',
  'settings.noInternal': 'Le chiamate tra account sono sempre consentite; non serve un permesso.',
  'settings.review': 'Controlla e salva…',
  'settings.reviewTitle': 'Per chi cambia che cosa',
  'settings.save': 'Salva',
  'settings.lockedBy': 'Bloccato da',
  'settings.comesFrom': 'Da',
  'settings.ownHere': 'Impostato qui',
  'settings.notSaved': 'non ancora salvato',
  'settings.inheritedValue': 'Torna a {value}',
  'settings.lock': 'Blocca {name} per tutti i livelli inferiori',
  'settings.forWhom': 'Per chi?',
  'settings.forWhomOf': 'Per chi vale {name}',
  'settings.applies': 'Vale per {applies} su {all}.',
  'settings.resetBelow': 'Ripristina anche i loro',
  'level.profile': 'profilo di provisioning',
  'level.location': 'sede',
  'settings.savedMany': { one: '{n} impostazione salvata', other: '{n} impostazioni salvate' },
  'settings.waiting': { one: '{n} modifica in attesa', other: '{n} modifiche in attesa' },
  'settings.changesFor': {
    one: 'Qualcosa cambia per {n} account su {all}.',
    other: 'Qualcosa cambia per {n} account su {all}.',
  },
  'settings.more': { one: 'E {n} altri.', other: 'E altri {n}.' },
  'settings.haveOwn': { one: '{n} ha un valore proprio:', other: '{n} hanno valori propri:' },
  'settings.resetBelowDone': { one: '{n} valore ripristinato', other: '{n} valori ripristinati' },
  'settings.ofMembers': 'Impostazioni per i membri',
  'settings.topWins':
    'Se più gruppi di un account impostano la stessa cosa, vince quello più in alto nell’ordine dei gruppi.',
  'settings.nobodyOwn': 'Nessuno sotto ha un valore proprio.',
  'setting.permission.call.local': 'Chiamate locali',
  'setting.permission.call.local.help':
    'Chiamate a numeri esterni della propria zona. Vale per le chiamate tramite gateway; ancora non ce ne sono.',
  'setting.permission.call.national': 'Chiamate nazionali',
  'setting.permission.call.national.help':
    'Chiamate a numeri esterni del proprio paese. Vale per le chiamate tramite gateway; ancora non ce ne sono.',
  'setting.permission.call.mobile': 'Chiamate a cellulari',
  'setting.permission.call.mobile.help':
    'Chiamate a numeri mobili del proprio paese. Vale per le chiamate tramite gateway; ancora non ce ne sono.',
  'setting.permission.call.international': 'Chiamate internazionali',
  'setting.permission.call.international.help':
    'Chiamate verso altri paesi. Vale per le chiamate tramite gateway; ancora non ce ne sono.',
  'setting.permission.call.premium': 'Numeri a sovrapprezzo',
  'setting.permission.call.premium.help':
    'Chiamate a numeri che costano più di una chiamata. Vale per le chiamate tramite gateway; ancora non ce ne sono.',
  'setting.permission.call.tollFree': 'Numeri verdi',
  'setting.permission.call.tollFree.help':
    'Chiamate che non costano nulla a chi chiama. Vale per le chiamate tramite gateway; ancora non ce ne sono.',
  'setting.permission.call.satellite': 'Telefoni satellitari',
  'setting.permission.call.satellite.help':
    'Chiamate a telefoni satellitari e ad altre reti costose. Vale per le chiamate tramite gateway; ancora non ce ne sono.',
  'setting.permission.voicemail': 'Segreteria',
  'setting.permission.voicemail.help': 'Ha una casella vocale, che prende le chiamate a cui nessuno risponde.',
  'setting.permission.changePin': 'Cambiare il PIN dal telefono',
  'setting.permission.changePin.help': 'Può scegliere un altro PIN della segreteria dal telefono.',
  'setting.voicemail.email': 'E-mail per un messaggio vocale',
  'setting.voicemail.email.help':
    'Se un nuovo messaggio vocale viene segnalato per e-mail: con la registrazione allegata o solo con un avviso.',
  'setting.voicemail.email.none': 'Nessuna e-mail',
  'setting.voicemail.email.notice': 'Un avviso, senza registrazione',
  'setting.voicemail.email.audio': 'Con la registrazione allegata',
  'setting.voicemail.askPin': 'Chiedere il PIN dal proprio telefono',
  'setting.voicemail.askPin.help':
    'Se la casella chiede il PIN anche quando il titolare la chiama da un proprio telefono.',
  'setting.voicemail.maxMessages': 'Numero massimo di messaggi',
  'setting.voicemail.maxMessages.help':
    'Quanti messaggi contiene una casella. Quando è piena, chi chiama viene avvisato.',
  'setting.voicemail.maxLength': 'Messaggio più lungo',
  'setting.voicemail.maxLength.help': 'Dopo quanto tempo la registrazione di un messaggio termina da sola.',
  'setting.permission.webSms': 'Web SMS',
  'setting.permission.webSms.help': 'Può inviare messaggi dal portale. Vale quando si potranno inviare messaggi.',
  'setting.permission.addDevices': 'Aggiungere dispositivi',
  'setting.permission.addDevices.help':
    'Può aggiungere propri telefoni nel portale. Vale quando il portale lo permetterà.',
  'setting.permission.addChargeableDevices': 'Aggiungere dispositivi a pagamento',
  'setting.permission.addChargeableDevices.help':
    'Può aggiungere telefoni con un canone mensile. Vale quando il portale lo permetterà.',
  'setting.region.language': 'Lingua',
  'setting.region.language.help': 'La lingua della pagina, degli annunci e delle e-mail.',
  'setting.region.timeZone': 'Fuso orario',
  'setting.region.timeZone.help': 'In cui gli orari sono mostrati e intesi.',
  'settings.byThemselves': 'Le impostazioni si salvano a parte, dopo aver visto che cosa cambia per chi.',
  'settings.stillWaiting': {
    one: '{n} impostazione è ancora da controllare e salvare.',
    other: '{n} impostazioni sono ancora da controllare e salvare.',
  },
  'settings.section.dial': 'Composizione',
  'setting.dial.outsidePrefix': 'Cifra per la linea esterna',
  'setting.dial.outsidePrefix.help':
    'La cifra che si compone prima di un numero esterno, come lo 0 in 0 030 901820. Nessun interno può iniziare così.',
  'setting.dial.outsidePrefix.none': 'Nessuna',
  'level.kind': 'tipo di account',
  'settings.becauseSpace': 'perché è un’area comune',
  'setting.call.shownNumber': 'Numero mostrato',
  'setting.call.shownNumber.help':
    'Che cosa vede chi è chiamato all’esterno: uno dei numeri assegnati qui, quello di chi chiama o nessuno. Vale per le chiamate via gateway; ancora non ce ne sono.',
  'setting.call.shownNumber.own': 'Il numero di chi chiama',
  'setting.call.shownNumber.withheld': 'Nascosto',
}
