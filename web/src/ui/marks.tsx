import { t, tOr } from '../locale'
import { IconLock, IconLockOpen } from './icons'

/** OnlineMark is a dot with the word; colour is never the only sign. */
export function OnlineMark({ online }: { online: boolean }) {
  return (
    <span className="mark" data-on={online || undefined}>
      <span className="dot" aria-hidden />
      {online ? t('online') : t('offline')}
    </span>
  )
}

/** StateMark is an enabled or disabled thing. */
export function StateMark({ enabled }: { enabled: boolean }) {
  return enabled ? <span>{t('enabled')}</span> : <span className="mark-off">{t('disabled')}</span>
}

const encrypted = new Set(['sdes', 'dtls', 'zrtp', 'secure', 'encrypted'])

/** SecurityMark is how a call's voice is protected. */
export function SecurityMark({ mode }: { mode: string | undefined }) {
  const safe = encrypted.has(mode ?? '')
  const Icon = safe ? IconLock : IconLockOpen
  return (
    <span
      className="mark"
      data-safe={safe || undefined}
      data-open={safe ? undefined : true}
      title={tOr(`security.help.${mode || 'none'}`, mode ?? '')}
    >
      <Icon size={14} aria-hidden />
      {tOr(`security.mode.${mode || 'none'}`, mode ?? '')}
    </span>
  )
}
