import type { Occupancy } from '../api/types'
import { t, tOr } from '../locale'

/** kindText is the word for what a number is. */
export function kindText(kind: string | undefined): string {
  return kind ? tOr(`number.kind.${kind}`, tOr(`kind.${kind}`, kind)) : ''
}

/** holderText says why a number is not free, and who has it. */
export function holderText({ state, kind, holder, reason }: Occupancy): string {
  if (state === 'unfit') return t('number.unfit')
  if (state === 'reserved') return reason || t('number.reserved')
  if (kind === 'outside' && !holder) return t('outside.nowhere')
  const name = holder?.name || kindText(holder?.kind ?? kind)
  if (state === 'held') return reason ? t('number.heldBecause', { name, reason }) : t('number.heldFor', { name })
  if (!name) return t('number.takenBySomebody')
  return kind ? t('number.takenAs', { name, kind: kindText(kind) }) : t('number.taken', { name })
}

/** standing says in a word whether a number is free, and if not who has it. */
export function standing(occupancy: Occupancy): string {
  return occupancy.state === 'free' ? t('number.free') : holderText(occupancy)
}
