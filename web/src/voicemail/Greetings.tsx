import { Button, FileButton } from '@mantine/core'
import { useState } from 'react'
import { readFile } from '../api/client'
import { asProblem } from '../api/problem'
import type { Greeting, GreetingKind, VoicemailBox } from '../api/types'
import { languages, t, type Language } from '../locale'
import { duration } from '../locale/format'
import { advise } from '../ui/advise'
import { IconMicrophone, IconTrash, IconUpload } from '../ui/icons'
import { problemText } from '../ui/problem-text'
import { At } from '../ui/Time'
import { PlayButton, Progress } from './Play'
import { greetingSound, usePutGreeting } from './queries'
import { Recorder } from './Recorder'
import type { Player } from './use-player'
import { useTakeAway } from './use-take-away'
import { heard } from './values'

const kinds: GreetingKind[] = ['standard', 'busy', 'away']
const largest = 30 * 1024 * 1024

interface Props {
  box: VoicemailBox
  player: Player
  mayWrite: boolean
}

/** Greetings is what callers hear before they can leave a message. */
export function Greetings({ box, player, mayWrite }: Props) {
  const [recording, setRecording] = useState<GreetingKind>()
  const now = heard(box.greetings)
  return (
    <>
      <p className="greetings-now">
        {t(`greeting.now.${now}`, { language: languages[box.language as Language] ?? box.language })}
      </p>
      <div className="greetings">
        {kinds.map((kind) => (
          <GreetingPart
            key={kind}
            kind={kind}
            greeting={box.greetings.find((one) => one.kind === kind)}
            player={player}
            mayWrite={mayWrite}
            recording={recording}
            onRecord={setRecording}
          />
        ))}
      </div>
    </>
  )
}

interface PartProps {
  kind: GreetingKind
  greeting: Greeting | undefined
  player: Player
  mayWrite: boolean
  /** recording is the greeting that is being recorded: there is one microphone. */
  recording: GreetingKind | undefined
  onRecord: (kind: GreetingKind | undefined) => void
}

function GreetingPart({ kind, greeting, player, mayWrite, recording, onRecord }: PartProps) {
  const name = t(`greeting.${kind}`)
  const takeAway = useTakeAway()
  const { send, share, error, setError } = useSend(kind, greeting !== undefined)
  const headline = `greeting-${kind}`
  const choose = (file: File | null) => {
    if (!file) return
    if (file.size > largest) setError(t('greeting.tooLarge'))
    else void send(file)
  }
  return (
    <section className="greeting" aria-labelledby={headline}>
      <h2 id={headline}>{name}</h2>
      <p className="dimmed">{t(`greeting.help.${kind}`)}</p>
      {greeting ? <There greeting={greeting} name={name} player={player} /> : <p>{t('greeting.not')}</p>}
      {mayWrite && recording !== kind && (
        <div className="greeting-acts">
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconMicrophone size={15} />}
            disabled={recording !== undefined || share !== undefined}
            onClick={() => {
              player.stop()
              setError('')
              onRecord(kind)
            }}
            aria-label={t('greeting.recordOf', { name })}
          >
            {t('greeting.record')}
          </Button>
          <FileButton onChange={choose} accept=".wav,audio/wav,audio/x-wav" key={String(greeting?.recordedAt)}>
            {(props) => (
              <Button
                {...props}
                size="compact-sm"
                variant="default"
                leftSection={<IconUpload size={15} />}
                disabled={share !== undefined}
                aria-label={t('greeting.uploadOf', { name })}
              >
                {t('greeting.upload')}
              </Button>
            )}
          </FileButton>
          {greeting && (
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              leftSection={<IconTrash size={15} />}
              loading={takeAway.busy}
              onClick={() => {
                player.stop()
                void takeAway.run(kind)
              }}
              aria-label={t('greeting.removeOf', { name })}
            >
              {t('delete')}
            </Button>
          )}
        </div>
      )}
      {recording === kind && (
        <Recorder
          name={name}
          player={player}
          sending={share !== undefined}
          onUse={async (file) => {
            if (await send(file)) onRecord(undefined)
          }}
          onClose={() => onRecord(undefined)}
        />
      )}
      {share !== undefined && <Sending share={share} />}
      {error && (
        <div role="alert" className="field-error">
          {error}
        </div>
      )}
    </section>
  )
}

/** There is a greeting to listen to. */
function There({ greeting, name, player }: { greeting: Greeting; name: string; player: Player }) {
  const sound = {
    key: `${greeting.kind} ${greeting.recordedAt}`,
    src: greetingSound(greeting.kind),
    seconds: greeting.durationSeconds,
    onFailed: () => advise({ tone: 'failed', text: t('greeting.cantPlay', { name }) }, 'here'),
  }
  return (
    <div className="greeting-there">
      <PlayButton player={player} sound={sound} name={name} />
      {player.key !== sound.key && <span className="digits">{duration(greeting.durationSeconds)}</span>}
      <span className="dimmed">
        {t('greeting.since')} <At at={greeting.recordedAt} />
      </span>
      <Progress player={player} sound={sound} name={name} />
    </div>
  )
}

/** Sending is how much of a file has arrived. */
function Sending({ share }: { share: number }) {
  const percent = Math.floor(share * 100)
  return (
    <div className="greeting-there" role="status">
      <progress max={100} value={percent} aria-label={t('greeting.sending')} />
      <span className="digits">{percent < 100 ? t('greeting.percent', { percent }) : t('greeting.storing')}</span>
    </div>
  )
}

/** useSend stores a greeting. The one before is kept in the page, so that it can be put back. */
function useSend(kind: GreetingKind, replaces: boolean) {
  const put = usePutGreeting()
  const takeAway = useTakeAway()
  const [share, setShare] = useState<number>()
  const [error, setError] = useState('')
  const send = async (file: Blob): Promise<boolean> => {
    const greeting = t(`greeting.${kind}`)
    setError('')
    setShare(0)
    try {
      const before = replaces ? await readFile(greetingSound(kind)) : undefined
      await put.mutateAsync({ kind, file, onShare: setShare })
      const undo = async () => {
        if (!before) return takeAway.run(kind)
        await put.mutateAsync({ kind, file: before })
        advise({ tone: 'done', text: t('greeting.back', { greeting }) }, 'here')
      }
      advise({ tone: 'done', text: t(before ? 'greeting.replaced' : 'greeting.stored', { greeting }), undo }, 'here')
      return true
    } catch (failure) {
      setError(problemText(asProblem(failure)))
      return false
    } finally {
      setShare(undefined)
    }
  }
  return { send, share, error, setError }
}
