import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { t } from '../locale'
import { useMay } from '../session/may'
import { Page } from '../ui/Page'
import { CallRecords } from './CallRecords'
import { LiveCalls } from './LiveCalls'

/** CallsPage is the calls that go on, and those that were. */
export function CallsPage() {
  const may = useMay()
  return (
    <Page
      title={t('menu.calls')}
      action={
        may('calls:read') && (
          <Button renderRoot={(props) => <Link to="/calls/try" {...props} />} variant="default">
            {t('try.title')}
          </Button>
        )
      }
    >
      {may('calls:read') && <LiveCalls />}
      {may('records:read') && <CallRecords />}
    </Page>
  )
}
