import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { t } from '../locale'
import { Note } from '../ui/Advisory'
import { ErrorView } from '../ui/ErrorView'
import { Running } from '../ui/Time'
import { callsWith, partyText } from './parties'
import { liveCallsQuery, useHangUp } from './queries'

/** RunningCalls offers to hang up what a disabled account still speaks: disabling it ends everything else (F6). */
export function RunningCalls({ userId }: { userId: number }) {
  const { data } = useQuery(liveCallsQuery)
  const hangUp = useHangUp()
  const calls = callsWith(data?.items ?? [], userId)
  if (calls.length === 0) return null
  return (
    <div role="status">
      <Note
        tone="removed"
        actions={
          <Button
            size="compact-sm"
            variant="default"
            loading={hangUp.isPending}
            onClick={() => calls.forEach((call) => hangUp.mutate(call.id))}
          >
            {t('calls.hangUpThem', { n: calls.length })}
          </Button>
        }
      >
        {t('calls.stillSpeaking', { n: calls.length })}{' '}
        {calls.map((call) => (
          <span key={call.id} className="nowrap">
            {partyText(call.caller)} – {partyText(call.callee)}{' '}
            <Running since={call.answeredAt ?? call.startedAt} />{' '}
          </span>
        ))}
      </Note>
      {hangUp.error && <ErrorView error={hangUp.error} />}
    </div>
  )
}
