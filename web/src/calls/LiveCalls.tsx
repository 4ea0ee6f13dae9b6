import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { LiveCall } from '../api/types'
import { t, tOr } from '../locale'
import { useMay } from '../session/may'
import { advise } from '../ui/advise'
import { DangerDialog } from '../ui/DangerDialog'
import { DataTable, type Column } from '../ui/DataTable'
import { IconPhoneOff } from '../ui/icons'
import { SecurityMark } from '../ui/marks'
import { Running } from '../ui/Time'
import { PartyCell, partyText } from './parties'
import { Quality } from './Quality'
import { liveCallsQuery, useHangUp } from './queries'

const liveColumns = (): Column<LiveCall>[] => [
  { id: 'caller', header: 'call.caller', cell: (call) => <PartyCell party={call.caller} /> },
  { id: 'callee', header: 'call.callee', cell: (call) => <PartyCell party={call.callee} /> },
  { id: 'state', header: 'call.state', hide: 'narrow', cell: (call) => tOr(`call.state.${call.state}`, call.state) },
  {
    id: 'duration',
    header: 'call.duration',
    numeric: true,
    cell: (call) => <Running since={call.answeredAt ?? call.startedAt} />,
  },
  {
    id: 'security',
    header: 'security.short',
    hide: 'narrow',
    cell: (call) =>
      call.security.caller === call.security.callee ? (
        <SecurityMark mode={call.security.caller} />
      ) : (
        <>
          <SecurityMark mode={call.security.caller} /> <SecurityMark mode={call.security.callee} />
        </>
      ),
  },
  { id: 'quality', header: 'call.quality', hide: 'medium', cell: (call) => <Quality quality={call.quality} /> },
]

/** LiveCalls is who talks with whom now. */
export function LiveCalls() {
  const list = useQuery(liveCallsQuery)
  const may = useMay()
  const [ending, setEnding] = useState<LiveCall>()
  return (
    <section className="section" aria-labelledby="live-calls">
      <h2 id="live-calls">
        {t('calls.live')} {list.data && <span className="page-count">{String(list.data.items.length)}</span>}
      </h2>
      <DataTable
        label={t('calls.live')}
        columns={liveColumns()}
        rows={list.data?.items}
        state={list}
        rowKey={(call) => call.id}
        rowName={(call) => `${partyText(call.caller)} – ${partyText(call.callee)}`}
        {...(may('calls:write') && {
          rowButton: (call: LiveCall) => (
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconPhoneOff size={14} />}
              onClick={() => setEnding(call)}
            >
              {t('calls.hangUp')}
            </Button>
          ),
        })}
        empty={<p>{t('calls.noneLive')}</p>}
      />
      {ending && <HangUpDialog call={ending} onClose={() => setEnding(undefined)} />}
    </section>
  )
}

function HangUpDialog({ call, onClose }: { call: LiveCall; onClose: () => void }) {
  const hangUp = useHangUp()
  const names = { caller: partyText(call.caller), callee: partyText(call.callee) }
  const confirm = async () => {
    await hangUp.mutateAsync(call.id)
    advise({ tone: 'removed', text: t('calls.hungUp', names) }, 'here')
    onClose()
  }
  return (
    <DangerDialog title={t('calls.hangUpTitle')} confirm={t('calls.hangUp')} onClose={onClose} onConfirm={confirm}>
      <p>{t('calls.hangUpText', names)}</p>
    </DangerDialog>
  )
}
