import { t } from '../locale'
import type { Problem } from '../api/problem'

/** problemText says in a sentence what went wrong. */
export function problemText(problem: Problem): string {
  if (problem.unreachable)
    return problem.message && problem.message !== 'HTTP 0' ? problem.message : t('error.unreachable')
  if (problem.status === 401) return problem.body.detail ? problem.message : t('error.signedOut')
  if (problem.status === 403) return problem.body.detail ? problem.message : t('error.forbidden')
  if (problem.status === 429) return t('error.slow', { n: Math.max(1, problem.retryAfter) })
  if (problem.status >= 500) return t('error.server', { detail: problem.message })
  return problem.message
}
