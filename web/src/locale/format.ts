import { useSyncExternalStore } from 'react'
import { locale } from '.'

const state: { timeZone: string | undefined } = { timeZone: undefined }
const listeners = new Set<() => void>()

/**
 * setTimeZone makes every date of the page speak of one place: where whoever is signed in is, as his account, his location
 * or the organization says. An unknown zone leaves the browser's.
 */
export function setTimeZone(timeZone: string | undefined): void {
  const before = state.timeZone
  try {
    state.timeZone = timeZone ? new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone : undefined
  } catch {
    state.timeZone = undefined
  }
  if (state.timeZone !== before) for (const listener of listeners) listener()
}

/** useTimeZone is that place; whoever uses it is drawn again when it changes. */
export function useTimeZone(): string | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => state.timeZone,
    () => state.timeZone,
  )
}

/** dateTime is a date with time to the second. */
export function dateTime(iso: string): string {
  return new Intl.DateTimeFormat(locale(), {
    dateStyle: 'medium',
    timeStyle: 'medium',
    timeZone: state.timeZone,
  }).format(new Date(iso))
}

/** dayIn is the day of a moment somewhere, as a date field writes it. */
export function dayIn(timeZone: string, at: string | number = Date.now()): string {
  return new Date(at).toLocaleDateString('sv', { timeZone })
}

/** day is a date alone: that of a moment somewhere. */
export function dayOf(iso: string, timeZone: string): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeZone }).format(new Date(iso))
}

/** shortDateTime leaves out what today makes plain: the year, and the day of today. */
export function shortDateTime(iso: string, now = new Date()): string {
  const at = new Date(iso)
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: state.timeZone, dateStyle: 'short' })
  const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit' }
  const sameYear = at.getFullYear() === now.getFullYear()
  const options: Intl.DateTimeFormatOptions =
    day.format(at) === day.format(now)
      ? time
      : { day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }), hour: '2-digit', minute: '2-digit' }
  return new Intl.DateTimeFormat(locale(), { ...options, timeZone: state.timeZone }).format(at)
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]

/** relative is "3 minutes ago", "in 2 days", "now". */
export function relative(iso: string, now = Date.now()): string {
  const seconds = Math.round((new Date(iso).getTime() - now) / 1000)
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' })
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit)
  }
  return format.format(Math.abs(seconds) < 10 ? 0 : seconds, 'second')
}

/** duration is 0:07, 12:05, 1:02:03. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const two = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}

const octetUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** octets is 0 kB, 118 kB, 1.2 MB. */
export function octets(size: number): string {
  const at = Math.min(octetUnits.length - 1, Math.max(1, Math.floor(Math.log10(Math.max(1, size)) / 3)))
  const value = size / 1000 ** at
  return new Intl.NumberFormat(locale(), {
    style: 'unit',
    unit: octetUnits[at],
    maximumFractionDigits: at > 1 && value < 10 ? 1 : 0,
  }).format(value)
}
