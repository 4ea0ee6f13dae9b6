import { ActionIcon } from '@mantine/core'
import { useEffect, useState } from 'react'
import { t } from '../locale'
import { duration } from '../locale/format'
import { IconPause, IconPlay } from '../ui/icons'
import type { Player, Sound } from './use-player'

const patienceMs = 400

/** useLate is true once something has gone on for a while. */
function useLate(on: boolean): boolean {
  const [late, setLate] = useState(false)
  useEffect(() => {
    if (!on) return undefined
    const timer = setTimeout(() => setLate(true), patienceMs)
    return () => {
      clearTimeout(timer)
      setLate(false)
    }
  }, [on])
  return on && late
}

interface Props {
  player: Player
  sound: Sound
  /** name is what is played, in words. */
  name: string
}

/** PlayButton plays a sound, and holds it. */
export function PlayButton({ player, sound, name, inRow }: Props & { inRow?: boolean }) {
  const on = player.key === sound.key
  const loading = useLate(on && player.state === 'loading')
  const held = !on || player.state === 'paused'
  return (
    <ActionIcon
      variant="default"
      radius="xl"
      size={30}
      loading={loading}
      tabIndex={inRow ? -1 : undefined}
      aria-label={t(held ? 'voicemail.playOf' : 'voicemail.pauseOf', { name })}
      onClick={() => player.toggle(sound)}
    >
      {held ? <IconPlay size={16} /> : <IconPause size={16} />}
    </ActionIcon>
  )
}

/** Progress is where a sound is that is on, and the way to another place in it. */
export function Progress({ player, sound, name }: Props) {
  if (player.key !== sound.key) return null
  const times = { at: duration(player.at), length: duration(sound.seconds) }
  return (
    <span className="play-progress">
      <input
        type="range"
        min={0}
        max={sound.seconds}
        step={0.5}
        value={player.at}
        aria-label={t('voicemail.position', { name })}
        aria-valuetext={t('voicemail.positionOf', times)}
        onChange={(event) => player.seek(event.currentTarget.valueAsNumber)}
      />
      <span className="digits dimmed">{t('voicemail.positionOf', times)}</span>
    </span>
  )
}
