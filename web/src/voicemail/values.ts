import type { VoiceMessage, VoicemailBox } from '../api/types'
import { t } from '../locale'

type Caller = Pick<VoiceMessage, 'name' | 'number'>

/** from is who left a message, as far as that is known. */
export const from = ({ name, number }: Caller): string => name || number || t('voicemail.withheld')

/** matching is how one says that a message becomes new or heard. */
export const matching = { new: 'voicemail.markNew', saved: 'voicemail.markSaved' } as const

/** fileName is what a message is called among one's files. */
export function fileName({ name, number, leftAt }: Caller & Pick<VoiceMessage, 'leftAt'>): string {
  const who = (name || number)
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase()
  const when = leftAt.slice(0, 16).replace('T', '-').replace(':', '')
  return ['voicemail', when, who].filter(Boolean).join('-') + '.wav'
}

/** numbersIn takes apart what was typed: numbers or names with commas, semicolons or spaces between. */
export const numbersIn = (typed: string): string[] => [...new Set(typed.split(/[\s,;]+/).filter(Boolean))]

/** Heard is what callers hear now: the greeting for being away before all others. */
export type Heard = 'away' | 'standardBusy' | 'standard' | 'busy' | 'none'

/** heard tells it. */
export function heard(greetings: VoicemailBox['greetings']): Heard {
  const has = (kind: string) => greetings.some((greeting) => greeting.kind === kind)
  if (has('away')) return 'away'
  if (has('standard')) return has('busy') ? 'standardBusy' : 'standard'
  return has('busy') ? 'busy' : 'none'
}
