import { useEffect, useRef, useState, type ReactNode } from 'react'

/** Sound is something to listen to. */
export interface Sound {
  key: string
  src: string
  seconds: number
  /** onEnded is called when it was heard to its end. */
  onEnded?: () => void
  /** onFailed is called when it can't be played. */
  onFailed: () => void
}

/** Player plays one sound at a time. */
export interface Player {
  key: string | undefined
  state: 'loading' | 'playing' | 'paused'
  /** at is where it is, in seconds. */
  at: number
  seconds: number
  /** toggle plays a sound from its beginning, or holds and goes on with the one that is on. */
  toggle: (sound: Sound) => void
  /** seek goes to a place of the sound that is on. */
  seek: (at: number) => void
  stop: () => void
}

/** usePlayer is a player, and the element of the browser that it plays by. */
export function usePlayer(): [Player, ReactNode] {
  const audio = useRef<HTMLAudioElement>(null)
  const [sound, setSound] = useState<Sound>()
  const [state, setState] = useState<Player['state']>('paused')
  const [at, setAt] = useState(0)
  useEffect(() => {
    const element = audio.current
    return () => element?.pause()
  }, [])

  const play = () => {
    // It is given up when another sound is chosen meanwhile; what can't be played is told by an event of its own.
    audio.current?.play().catch(() => setState('paused'))
  }
  const toggle = (next: Sound) => {
    const element = audio.current
    if (!element) return
    if (sound?.key === next.key) {
      if (element.paused) play()
      else element.pause()
      return
    }
    setSound(next)
    setAt(0)
    setState('loading')
    element.src = next.src
    play()
  }
  const seek = (to: number) => {
    if (!audio.current || !sound) return
    const place = Math.max(0, Math.min(sound.seconds, to))
    audio.current.currentTime = place
    setAt(place)
  }
  const stop = () => {
    audio.current?.pause()
    setSound(undefined)
  }
  const element = (
    // What is played are people's words as they were recorded: there are no captions.
    // eslint-disable-next-line jsx-a11y/media-has-caption
    <audio
      ref={audio}
      preload="none"
      onPlaying={() => setState('playing')}
      onWaiting={() => setState('loading')}
      onPause={() => setState('paused')}
      onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
      onEnded={() => {
        sound?.onEnded?.()
        setSound(undefined)
      }}
      onError={() => {
        sound?.onFailed()
        setSound(undefined)
      }}
    />
  )
  return [{ key: sound?.key, state, at, seconds: sound?.seconds ?? 0, toggle, seek, stop }, element]
}
