import { Button } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { t } from '../locale'
import { duration } from '../locale/format'
import { advise } from '../ui/advise'
import { LeaveGuard } from '../ui/Form'
import { IconStop } from '../ui/icons'
import { PlayButton, Progress } from './Play'
import { MicrophoneError, startRecording, type NoMicrophone, type Recorded, type Recording } from './recording'
import type { Player } from './use-player'

/** longest is how long a greeting may be, in seconds. */
const longest = 120

interface Props {
  /** name is what is recorded, in words. */
  name: string
  player: Player
  sending: boolean
  onUse: (file: Blob) => Promise<void>
  onClose: () => void
}

type Said = Recorded & { src: string }

/** Recorder records a greeting by the computer's microphone: one speaks, listens, and takes it or speaks again. */
export function Recorder(props: Props) {
  const [attempt, setAttempt] = useState(1)
  const again = () => {
    props.player.stop()
    setAttempt(attempt + 1)
  }
  return <Attempt key={attempt} {...props} onAgain={again} />
}

function Attempt({ name, player, sending, onUse, onClose, onAgain }: Props & { onAgain: () => void }) {
  const microphone = useMicrophone()
  const { said } = microphone
  const sound = said && {
    key: said.src,
    src: said.src,
    seconds: said.seconds,
    onFailed: () => advise({ tone: 'failed', text: t('greeting.cantPlay', { name }) }, 'here'),
  }
  return (
    <div className="recorder" role="group" aria-label={t('greeting.recordOf', { name })}>
      {microphone.fault && (
        <div role="alert" className="field-error">
          {t(`greeting.microphone.${microphone.fault}`)}
        </div>
      )}
      {!microphone.fault && !said && (
        <div className="greeting-there">
          <span role="status">{t(microphone.open ? 'greeting.speak' : 'greeting.asking')}</span>
          {microphone.open && (
            <>
              <meter min={0} max={1} value={microphone.level} aria-label={t('greeting.level')} />
              <span className="digits">
                {t('voicemail.positionOf', { at: duration(microphone.seconds), length: duration(longest) })}
              </span>
            </>
          )}
        </div>
      )}
      {said && sound && (
        <div className="greeting-there">
          <PlayButton player={player} sound={sound} name={t('greeting.recorded')} />
          <span>{t('greeting.recorded')}</span>
          {player.key !== sound.key && <span className="digits">{duration(said.seconds)}</span>}
          <Progress player={player} sound={sound} name={t('greeting.recorded')} />
        </div>
      )}
      {said?.silent && (
        <div role="alert" className="field-error">
          {t('greeting.silent')}
        </div>
      )}
      <div className="greeting-acts">
        {microphone.open && (
          <Button size="compact-sm" leftSection={<IconStop size={15} />} onClick={microphone.finish} autoFocus>
            {t('greeting.stop')}
          </Button>
        )}
        {said && (
          <Button
            size="compact-sm"
            loading={sending}
            disabled={said.seconds === 0}
            autoFocus
            onClick={() => {
              player.stop()
              void onUse(said.file)
            }}
          >
            {t('greeting.use')}
          </Button>
        )}
        {(said || microphone.fault) && (
          <Button size="compact-sm" variant="default" disabled={sending} onClick={onAgain}>
            {t(said ? 'greeting.again' : 'greeting.retry')}
          </Button>
        )}
        <Button
          size="compact-sm"
          variant="default"
          disabled={sending}
          onClick={() => {
            player.stop()
            onClose()
          }}
        >
          {t('cancel')}
        </Button>
      </div>
      <LeaveGuard dirty={said !== undefined} count={1} />
    </div>
  )
}

/** useMicrophone records from the moment on that it is there, and closes it in the end. */
function useMicrophone() {
  const [open, setOpen] = useState(false)
  const [heard, setHeard] = useState({ seconds: 0, level: 0 })
  const [fault, setFault] = useState<NoMicrophone>()
  const [said, setSaid] = useState<Said>()
  const finish = useRef<() => void>(() => undefined)

  useEffect(() => {
    let gone = false
    let recording: Recording | undefined
    let src = ''
    const end = async () => {
      const ending = recording
      if (!ending) return
      recording = undefined
      setOpen(false)
      const recorded = await ending.finish()
      if (gone) return
      src = URL.createObjectURL(recorded.file)
      setSaid({ ...recorded, src })
    }
    finish.current = () => void end()
    const onPiece = (seconds: number, level: number) => {
      if (gone) return
      setHeard({ seconds, level })
      if (seconds >= longest - 1) void end()
    }
    startRecording(onPiece)
      .then((started) => {
        if (gone) started.cancel()
        else {
          recording = started
          setOpen(true)
        }
      })
      .catch((error: unknown) => {
        if (!gone) setFault(error instanceof MicrophoneError ? error.why : 'unable')
      })
    return () => {
      gone = true
      recording?.cancel()
      if (src) URL.revokeObjectURL(src)
    }
  }, [])

  return { open, ...heard, fault, said, finish: () => finish.current() }
}
