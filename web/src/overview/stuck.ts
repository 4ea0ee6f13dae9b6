import type { UnsentMail } from '../api/types'

/** stuck is how many mails could not be sent: given up, or refused at least once. One that just waits is none of them. */
export function stuck(mails: readonly Pick<UnsentMail, 'state' | 'tries' | 'answer'>[]): number {
  return mails.filter((mail) => mail.state === 'failed' || (mail.tries > 0 && mail.answer !== '')).length
}
