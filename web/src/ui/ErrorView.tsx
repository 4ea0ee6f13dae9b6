import { Button } from '@mantine/core'
import { t } from '../locale'
import { asProblem } from '../api/problem'
import { Note } from './Advisory'
import { problemText } from './problem-text'

/** ErrorView says why something can't be shown, with the id that finds the request in the server's log. */
export function ErrorView({ error, retry, retrying }: { error: unknown; retry?: () => void; retrying?: boolean }) {
  const problem = asProblem(error)
  return (
    <div role="alert">
      <Note
        tone="failed"
        actions={
          retry && (
            <Button size="compact-sm" variant="default" onClick={retry}>
              {t('error.retry')}
            </Button>
          )
        }
      >
        {problemText(problem)}
        {retrying && ` ${t('error.retrying')}`}
        {problem.requestId && (
          <div className="request-id">
            {t('error.requestId')} <code>{problem.requestId}</code>
          </div>
        )}
      </Note>
    </div>
  )
}
