import { read, request } from '../api/client'
import { t } from '../locale'
import { callsWith } from './parties'

/** hangUpCallsOf offers to end the calls that somebody still has; undefined when there is none. */
export async function hangUpCallsOf(
  userId: number,
): Promise<{ text: string; label: string; run: () => Promise<void> } | undefined> {
  const { items } = await read('GET /calls', {})
  const calls = callsWith(items, userId)
  if (calls.length === 0) return undefined
  return {
    text: t('users.runningCalls', { n: calls.length }),
    label: t('users.hangUpCalls'),
    run: async () => {
      // One that has ended by itself meanwhile is none to end.
      await Promise.allSettled(calls.map(({ id }) => request('DELETE /calls/{id}', { path: { id } })))
    },
  }
}
