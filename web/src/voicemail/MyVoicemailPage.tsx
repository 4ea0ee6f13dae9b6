import { Button, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { VoicemailBox } from '../api/types'
import { formatNumber, t } from '../locale'
import { duration } from '../locale/format'
import { useMay, useMe } from '../session/may'
import { Note } from '../ui/Advisory'
import { ErrorView } from '../ui/ErrorView'
import { Page } from '../ui/Page'
import { Greetings } from './Greetings'
import { Messages } from './Messages'
import { myBoxQuery } from './queries'
import { usePlayer } from './use-player'
import { useTakeAway } from './use-take-away'

const tabs = ['messages', 'deleted', 'greetings'] as const
type Tab = (typeof tabs)[number]

/** MyVoicemailPage is one's own mailbox: what callers left in it, and what they hear first (V1, P1). */
export function MyVoicemailPage() {
  const { data, error, refetch } = useQuery(myBoxQuery)
  if (data) return <Mailbox box={data} />
  return (
    <Page title={t('voicemail.title')}>
      {error ? (
        <ErrorView error={error} retry={() => void refetch()} />
      ) : (
        <div className="skeleton" role="status" aria-label={t('loading')} />
      )}
    </Page>
  )
}

function Mailbox({ box }: { box: VoicemailBox }) {
  const search = useSearch({ from: '/shell/my/voicemail' })
  const navigate = useNavigate({ from: '/my/voicemail' })
  const me = useMe()
  const mayWrite = useMay()('self:write') && me?.kind === 'person'
  const [player, audio] = usePlayer()
  const tab: Tab = tabs.find((one) => one === search.tab) ?? 'messages'
  if (!box.mailbox && box.new + box.saved === 0) {
    return (
      <Page title={t('voicemail.title')}>
        <div className="empty">
          <p>{t(me?.kind === 'operator' ? 'voicemail.operator' : 'voicemail.none')}</p>
        </div>
      </Page>
    )
  }
  const open = (to: string | null) => {
    player.stop()
    void navigate({ search: { tab: to === 'messages' ? undefined : (to ?? undefined) } })
  }
  return (
    <Page title={t('voicemail.title')}>
      <p className="under-title voicemail-about">{box.mailbox ? about(box) : t('voicemail.none')}</p>
      <Notices box={box} mayWrite={mayWrite} />
      <Tabs value={tab} onChange={open} keepMounted={false} activateTabWithKeyboard={false}>
        <div className="tabs-line">
          <Tabs.List>
            <Tabs.Tab value="messages">
              {t('voicemail.messages')}
              {box.new > 0 && <span className="tab-count">{t('voicemail.newCount', { n: box.new })}</span>}
            </Tabs.Tab>
            <Tabs.Tab value="deleted">{t('voicemail.deleted')}</Tabs.Tab>
            {box.mailbox && <Tabs.Tab value="greetings">{t('voicemail.greetings')}</Tabs.Tab>}
          </Tabs.List>
        </div>
        <Tabs.Panel value="messages">
          <Messages key="messages" player={player} mayWrite={mayWrite} />
        </Tabs.Panel>
        <Tabs.Panel value="deleted">
          <Messages key="deleted" deleted player={player} mayWrite={mayWrite} />
        </Tabs.Panel>
        {box.mailbox && (
          <Tabs.Panel value="greetings">
            <Greetings box={box} player={player} mayWrite={mayWrite} />
          </Tabs.Panel>
        )}
      </Tabs>
      {audio}
    </Page>
  )
}

/** about is what one's own mailbox is like, in a line. */
function about(box: VoicemailBox): string {
  const holds = t('voicemail.holds', {
    used: formatNumber(box.new + box.saved),
    most: formatNumber(box.maxMessages),
    length: duration(box.maxLengthSeconds),
  })
  return `${holds} ${t(`voicemail.mail.${box.mail}`)} ${t('voicemail.byPhone')}`
}

/** Notices is what one should know before all else: callers can leave nothing, or all hear that one is away. */
function Notices({ box, mayWrite }: { box: VoicemailBox; mayWrite: boolean }) {
  const takeAway = useTakeAway()
  const away = box.mailbox && box.greetings.some((greeting) => greeting.kind === 'away')
  if (!box.full && !away) return null
  return (
    <div className="voicemail-notices">
      {box.full && <Note tone="failed">{t('voicemail.full')}</Note>}
      {away && (
        <Note
          tone="done"
          actions={
            mayWrite && (
              <Button
                size="compact-sm"
                variant="default"
                loading={takeAway.busy}
                onClick={() => void takeAway.run('away')}
              >
                {t('voicemail.awayOff')}
              </Button>
            )
          }
        >
          {t('voicemail.away')}
        </Note>
      )}
    </div>
  )
}
