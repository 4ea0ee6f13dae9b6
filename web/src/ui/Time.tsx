import { useEffect, useState } from 'react'
import { dateTime, duration, relative, shortDateTime, useTimeZone } from '../locale/format'

/** useNow is the time, renewed every so often. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

/** Ago is a relative time with the exact one on hover. */
export function Ago({ at }: { at: string }) {
  const now = useNow(30_000)
  useTimeZone()
  return (
    <time dateTime={at} title={dateTime(at)} className="nowrap">
      {relative(at, now)}
    </time>
  )
}

/** At is a short exact time with the full one on hover. */
export function At({ at }: { at: string }) {
  useTimeZone()
  return (
    <time dateTime={at} title={dateTime(at)} className="nowrap digits">
      {shortDateTime(at)}
    </time>
  )
}

/** Running counts the seconds since a moment. */
export function Running({ since }: { since: string }) {
  const now = useNow(1000)
  return <span className="digits">{duration((now - new Date(since).getTime()) / 1000)}</span>
}
