import { useSyncExternalStore } from 'react'
import { en } from './en'
import type { serverTexts } from './en/server'
import { matcher } from './match'

type Plural = { one: string; other: string }

/** Words is the shape of a file of words: the same keys, plural forms where the English text has them. */
export type Words<English> = { [K in keyof English]: English[K] extends string ? string : Plural }
export type Dictionary = Words<typeof en>
/** ServerTexts translates what the server says. */
export type ServerTexts = Record<(typeof serverTexts)[number], string>
export type TextKey = keyof Dictionary
export type Values = Record<string, string | number>

// Each further language is a chunk of its own, loaded when it is spoken.
interface Spoken {
  dictionary: Dictionary
  /** server finds the words for what the server said in English. */
  server: (text: string) => string
}
const english: Spoken = { dictionary: en, server: (text) => text }
const dictionaries = {
  en: () => Promise.resolve(english),
  de: () => import('./de').then(({ de, server }): Spoken => ({ dictionary: de, server: matcher(server) })),
  it: () => import('./it').then(({ it, server }): Spoken => ({ dictionary: it, server: matcher(server) })),
}
export type Language = keyof typeof dictionaries

/** languages this page speaks, each under its own name. */
export const languages: Record<Language, string> = { en: 'English', de: 'Deutsch', it: 'Italiano' }

const state = { language: 'en' as Language, ...english, plural: new Intl.PluralRules('en') }
const listeners = new Set<() => void>()

/** spoken is the first of these language tags that this page speaks. */
export function spoken(tags: readonly string[]): Language | undefined {
  return tags.map((tag) => tag.toLowerCase().split('-', 1).join('')).find((tag): tag is Language => tag in dictionaries)
}

/** loadLanguage takes a language tag; one that is not spoken here changes nothing. */
export async function loadLanguage(tag: string): Promise<void> {
  const language = spoken([tag])
  if (!language || language === state.language) return
  const words = await dictionaries[language]()
  Object.assign(state, { language, ...words, plural: new Intl.PluralRules(language) })
  if (typeof document !== 'undefined') document.documentElement.lang = language
  for (const listener of listeners) listener()
}

/** useLanguage is the language that is spoken; whoever uses it is drawn again when it changes. */
export function useLanguage(): Language {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => state.language,
  )
}

/** locale is what dates and numbers are written in: the browser's own, when it is of the page's language. */
export function locale(): string {
  return navigator.languages.find((tag) => tag.startsWith(state.language)) ?? state.language
}

/** t is a text of the current language; a text with plural forms is chosen by the value n. */
export function t(key: TextKey, values: Values = {}): string {
  const entry: string | Plural = state.dictionary[key]
  const text =
    typeof entry === 'string' ? entry : entry[state.plural.select(Number(values.n)) === 'one' ? 'one' : 'other']
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name]
    return value === undefined ? whole : typeof value === 'number' ? formatNumber(value) : value
  })
}

/** tOr is t for a key that may not exist, as for a kind that the server knows and this page does not yet. */
export function tOr(key: string, fallback: string, values: Values = {}): string {
  return key in state.dictionary ? t(key as TextKey, values) : fallback
}

/** serverText is what the server said, in the page's language where that is known, else as it said it. */
export function serverText(text: string): string {
  return state.server(text)
}

/** formatNumber groups digits as the locale does. */
export function formatNumber(value: number): string {
  return new Intl.NumberFormat(locale()).format(value)
}
