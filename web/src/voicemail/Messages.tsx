import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { asProblem } from '../api/problem'
import type { VoiceMessage } from '../api/types'
import { t } from '../locale'
import { duration } from '../locale/format'
import { pageSize } from '../search-params'
import { advise } from '../ui/advise'
import { DataTable, type Column, type RowAction } from '../ui/DataTable'
import { FilterLine } from '../ui/FilterLine'
import { IconCheck, IconDownload, IconForward, IconMail, IconRestore, IconTrash } from '../ui/icons'
import { pagingOf } from '../ui/paging'
import { problemText } from '../ui/problem-text'
import { Ago, At } from '../ui/Time'
import { fileName, from, matching } from './values'
import { ForwardDialog } from './ForwardDialog'
import { PlayButton, Progress } from './Play'
import { messageSound, messagesQuery, useDeleteMessage, useMarkMessage, useRestoreMessage } from './queries'
import type { Player, Sound } from './use-player'

interface Props {
  deleted?: boolean
  player: Player
  mayWrite: boolean
}

const failed = (error: unknown) => advise({ tone: 'failed', text: problemText(asProblem(error)) }, 'here')

/** Messages is the list of what callers left, or of what of it was deleted. */
export function Messages({ deleted = false, player, mayWrite }: Props) {
  const search = useSearch({ from: '/shell/my/voicemail' })
  const navigate = useNavigate({ from: '/my/voicemail' })
  const page = search.page ?? 1
  const state = deleted ? 'deleted' : undefined
  const list = useQuery(messagesQuery({ q: search.q, page, limit: pageSize, state }))
  const [forwarding, setForwarding] = useState<VoiceMessage>()
  const act = useActs(player)
  const soundOf = (message: VoiceMessage): Sound => ({
    key: `message ${message.id}`,
    src: messageSound(message.id),
    seconds: message.durationSeconds,
    onEnded: () => {
      if (message.state === 'new' && mayWrite) void act.mark(message, 'saved')
    },
    onFailed: () => advise({ tone: 'failed', text: t('voicemail.cantPlay', { name: from(message) }) }, 'here'),
  })
  const play = (message: VoiceMessage) => player.toggle(soundOf(message))
  const step = (by: number) => (message: VoiceMessage) => {
    if (player.key === soundOf(message).key) player.seek(player.at + by)
  }
  const remove = deleted || !mayWrite ? undefined : act.remove
  const label = t(deleted ? 'voicemail.deleted' : 'voicemail.messages')
  return (
    <>
      {(search.q !== undefined || (list.data?.total ?? 1) > 0) && (
        <FilterLine
          label={label}
          q={search.q}
          onQ={(q) => navigate({ search: { ...search, q, page: undefined }, replace: true })}
        />
      )}
      <DataTable
        label={label}
        columns={messageColumns(deleted, player, soundOf)}
        rows={list.data?.items}
        state={list}
        rowKey={(message) => message.id}
        rowName={from}
        onOpen={play}
        keys={{ ' ': play, ArrowLeft: step(-5), ArrowRight: step(5), ...(remove && { Delete: remove }) }}
        actions={(message) => actionsOf(message, mayWrite, act, setForwarding)}
        {...(deleted &&
          mayWrite && {
            rowButton: (message: VoiceMessage) => (
              <Button
                size="compact-sm"
                variant="default"
                leftSection={<IconRestore size={15} />}
                aria-label={t('voicemail.bringBackOf', { name: from(message) })}
                onClick={() => void act.restore(message)}
              >
                {t('voicemail.bringBack')}
              </Button>
            ),
          })}
        paging={list.data && pagingOf(list.data, page, pageSize, (to) => navigate({ search: { ...search, page: to } }))}
        empty={<Nothing deleted={deleted} q={search.q} />}
      />
      {(list.data?.items.length ?? 0) > 0 && (
        <p className="dimmed voicemail-keys hide-narrow">
          {t(deleted || !mayWrite ? 'voicemail.keysRead' : 'voicemail.keys')}
        </p>
      )}
      {forwarding && <ForwardDialog message={forwarding} onClose={() => setForwarding(undefined)} />}
    </>
  )
}

function Nothing({ deleted, q }: { deleted: boolean; q: string | undefined }) {
  if (q) return <p>{t('list.noMatch', { text: q })}</p>
  if (deleted) return <p>{t('voicemail.deletedEmpty')}</p>
  return (
    <>
      <p className="strong">{t('voicemail.empty')}</p>
      <p>{t('voicemail.emptyHelp')}</p>
    </>
  )
}

function messageColumns(deleted: boolean, player: Player, soundOf: (m: VoiceMessage) => Sound): Column<VoiceMessage>[] {
  return [
    {
      id: 'from',
      header: 'voicemail.from',
      cell: (message) => <From message={message} player={player} sound={soundOf(message)} />,
    },
    { id: 'at', header: 'voicemail.at', cell: (message) => <At at={message.leftAt} /> },
    {
      id: 'length',
      header: 'voicemail.length',
      numeric: true,
      hide: 'narrow',
      cell: (message) => duration(message.durationSeconds),
    },
    ...(deleted
      ? [
          {
            id: 'until',
            header: 'voicemail.until' as const,
            hide: 'narrow' as const,
            cell: (message: VoiceMessage) => (message.goneAt ? <Ago at={message.goneAt} /> : '–'),
          },
        ]
      : []),
  ]
}

/** From is who left a message, whether it is new, and what plays it. */
function From({ message, player, sound }: { message: VoiceMessage; player: Player; sound: Sound }) {
  const name = from(message)
  return (
    <div className="voice-message" data-new={message.state === 'new' || undefined}>
      <PlayButton player={player} sound={sound} name={name} inRow />
      <div className="voice-message-from">
        <span className={message.state === 'new' ? 'strong' : undefined}>{name}</span>
        {message.name && message.number && <span className="dimmed digits"> {message.number}</span>}
        <span className="dimmed digits voice-message-length"> · {duration(message.durationSeconds)}</span>
        {message.state === 'new' && <span className="tag tag-new">{t('voicemail.newMark')}</span>}
        {message.forwardedBy && (
          <span className="dimmed voice-message-by">
            {message.forwardedBy.displayName
              ? t('voicemail.forwardedBy', { name: message.forwardedBy.displayName })
              : t('voicemail.forwarded')}
          </span>
        )}
        <Progress player={player} sound={sound} name={name} />
      </div>
    </div>
  )
}

type Acts = ReturnType<typeof useActs>

/** useActs is what one does to a message, each with the line that says so and takes it back. */
function useActs(player: Player) {
  const marking = useMarkMessage()
  const removing = useDeleteMessage()
  const restoring = useRestoreMessage()
  const mark = (message: VoiceMessage, state: 'new' | 'saved') =>
    marking.mutateAsync({ id: message.id, state }).catch(failed)
  const restore = async (message: VoiceMessage) => {
    await restoring.mutateAsync(message.id)
    advise({ tone: 'done', text: t('voicemail.back', { name: from(message) }) }, 'here')
  }
  return {
    mark,
    restore: (message: VoiceMessage) => {
      if (player.key === `message ${message.id}`) player.stop()
      return restore(message).catch(failed)
    },
    remove: async (message: VoiceMessage) => {
      if (player.key === `message ${message.id}`) player.stop()
      try {
        await removing.mutateAsync(message.id)
      } catch (error) {
        failed(error)
        return
      }
      const undo = () => restore(message)
      const text = t('voicemail.removed', { name: from(message) })
      advise({ tone: 'removed', text, note: t('voicemail.removedNote'), undo }, 'here')
    },
  }
}

function actionsOf(
  message: VoiceMessage,
  mayWrite: boolean,
  act: Acts,
  forward: (message: VoiceMessage) => void,
): RowAction<VoiceMessage>[] {
  const download = { label: t('voicemail.download'), icon: <IconDownload size={15} />, onClick: save }
  if (!mayWrite || message.state === 'deleted') return [download]
  const marked = message.state === 'new' ? 'saved' : 'new'
  return [
    {
      label: t(matching[marked]),
      icon: marked === 'new' ? <IconMail size={15} /> : <IconCheck size={15} />,
      onClick: () => void act.mark(message, marked),
    },
    { label: t('voicemail.forward'), icon: <IconForward size={15} />, onClick: forward },
    download,
    { label: t('delete'), icon: <IconTrash size={15} />, danger: true, onClick: (row) => void act.remove(row) },
  ]
}

/** save lets the browser store a message as a file. */
function save(message: VoiceMessage) {
  const link = document.createElement('a')
  link.href = messageSound(message.id)
  link.download = fileName(message)
  link.click()
}
