import { readFile } from '../api/client'
import { asProblem } from '../api/problem'
import type { GreetingKind } from '../api/types'
import { t } from '../locale'
import { advise } from '../ui/advise'
import { problemText } from '../ui/problem-text'
import { greetingSound, useDeleteGreeting, usePutGreeting } from './queries'

/** useTakeAway deletes a greeting. What was said is kept in the page, so that it can be put back. */
export function useTakeAway() {
  const remove = useDeleteGreeting()
  const put = usePutGreeting()
  const run = async (kind: GreetingKind) => {
    const greeting = t(`greeting.${kind}`)
    try {
      const file = await readFile(greetingSound(kind))
      await remove.mutateAsync(kind)
      const undo = async () => {
        await put.mutateAsync({ kind, file })
        advise({ tone: 'done', text: t('greeting.back', { greeting }) }, 'here')
      }
      advise({ tone: 'removed', text: t('greeting.removed', { greeting }), undo }, 'here')
    } catch (error) {
      advise({ tone: 'failed', text: problemText(asProblem(error)) }, 'here')
    }
  }
  return { busy: remove.isPending, run }
}
