import { Button } from '@mantine/core'
import type { Device } from '../api/types'
import { t } from '../locale'
import { dateTime, useTimeZone } from '../locale/format'
import { useMay } from '../session/may'
import { Note } from '../ui/Advisory'
import { ErrorView } from '../ui/ErrorView'
import { useLetIn } from './queries'

/** SlowedNote says why a device is not heard for a while, and lets it in at once (F4). */
export function SlowedNote({ device }: { device: Device }) {
  useTimeZone()
  const may = useMay()
  const letIn = useLetIn()
  const slowed = device.slowed ?? []
  if (slowed.length === 0) return null
  return (
    <div role="status">
      <Note
        tone="removed"
        actions={
          may('devices:write') && (
            <Button
              size="compact-sm"
              variant="default"
              loading={letIn.isPending}
              onClick={() => letIn.mutate(device.id)}
            >
              {t('device.letIn')}
            </Button>
          )
        }
      >
        {slowed.map(({ source, failures, until, sipUsername }) => (
          <div key={`${sipUsername} ${source}`}>
            {t('device.slowed', { source, n: failures, until: dateTime(until) })}
          </div>
        ))}
      </Note>
      {letIn.error && <ErrorView error={letIn.error} />}
    </div>
  )
}
