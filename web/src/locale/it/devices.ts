import type { Words } from '..'
import type { devices as en } from '../en/devices'

export const devices: Words<typeof en> = {
  'devices.empty': 'Ancora nessun dispositivo. Ogni account ne porta uno: «Configurato a mano».',
  'devices.none': 'Questo account non ha dispositivi.',
  'device.title': 'Dispositivo',
  'device.name': 'Dispositivo',
  'device.user': 'Account',
  'device.state': 'Stato',
  'device.byHand': 'Configurato a mano',
  'device.byHandHelp':
    'Qualsiasi telefono o softphone con il nome utente e la password SIP; fino a cinque contemporaneamente.',
  'device.enabled': 'Attivo',
  'device.enabledHelp': 'Se disattivo, nulla si registra con il suo nome utente SIP.',
  'device.security': 'Sicurezza',
  'device.idLine': 'Id {id}',
  'device.reset': 'Reimposta la password SIP…',
  'device.updated': 'Dispositivo aggiornato: {name} di {user}',
  'registration.title': 'Registrati ora',
  'registration.none': 'Nessuna registrazione.',
  'registration.dormant': 'In rientro',
  'registration.userAgent': 'Telefono',
  'registration.transport': 'Trasporto',
  'registration.remote': 'Da',
  'registration.since': 'Dal',
  'registration.expires': 'Fino a',
  'device.slowed': {
    one: 'Da {source} è arrivata una password errata: da lì questo dispositivo non viene ascoltato fino alle {until}.',
    other:
      'Da {source} sono arrivate {n} password errate: da lì questo dispositivo non viene ascoltato fino alle {until}.',
  },
  'device.letIn': 'Ammetti ora',
  'device.settings': 'Impostazioni di questo dispositivo',
  'device.emergencyLocationId': 'Sede per le emergenze',
  'device.emergencyAddress': 'Indirizzo privato per le emergenze',
  'device.provisioningProfileId': 'Profilo di provisioning',
}
