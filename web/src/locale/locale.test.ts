import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { languages, loadLanguage, spoken, t, tOr, type Language } from '.'
import { de } from './de'
import { en } from './en'
import { it } from './it'
import { duration, octets, relative, setTimeZone, shortDateTime } from './format'

beforeAll(() => vi.stubGlobal('navigator', { languages: ['it-IT', 'en-GB'] }))
afterEach(() => setTimeZone(undefined))

describe('texts', () => {
  test('the number chooses the form, and is written in', () => {
    expect(t('groups.members', { n: 1 })).toBe('1 account')
    expect(t('groups.members', { n: 0 })).toBe('0 accounts')
  })
  test('a name goes in as it is, also one that looks like a place for a value', () => {
    expect(t('groups.created', { name: 'A {id} & Co.', id: '3' })).toBe('Group created: A {id} & Co., id 3')
  })
  test('an unknown key falls back', () => expect(tOr('kind.zeppelin', 'zeppelin')).toBe('zeppelin'))
})

type Text = string | { one: string; other: string }
const formsOf = (text: Text) => (typeof text === 'string' ? [text] : [text.one, text.other])
const places = (text: string) => [...new Set(text.match(/\{\w+\}/g))].toSorted()

describe.each(Object.entries({ en, de, it }))('the words in %s', (language, dictionary) => {
  const entries = Object.entries(dictionary) as [keyof typeof en, Text][]
  test('are as many as in English, in the same files', async () => {
    const files = import.meta.glob<Record<string, Record<string, Text>>>('./*/*.ts', { eager: true })
    const keys = (of: string) =>
      Object.entries(files)
        .filter(([file]) => file.startsWith(`./${of}/`) && !/\/(index|server)\.ts$/.test(file))
        .map(([file, words]) => [file.slice(of.length + 3), Object.values(words).flatMap(Object.keys)])
    expect(keys(language)).toEqual(keys('en'))
    // A key that stands in two files would win by chance.
    expect(entries.length).toBe(keys(language).flatMap(([, names]) => names).length)
  })
  test.each(entries)('%s is there, with the places for values', (key, text) => {
    for (const form of formsOf(text)) {
      expect(form.trim()).not.toBe('')
      expect(form).toBe(form.trim())
    }
    expect(typeof text).toBe(typeof en[key])
    expect(formsOf(text).map(places)).toEqual(formsOf(en[key]).map(places))
  })
})

describe('languages', () => {
  afterEach(() => loadLanguage('en'))
  test('a language is chosen by its tag, with or without a region', async () => {
    await loadLanguage('de-CH')
    expect(t('groups.members', { n: 1 })).toBe('1 Konto')
    expect(t('groups.members', { n: 1200 })).toBe('1.200 Konten')
    await loadLanguage('it')
    expect(t('groups.tab')).toBe('Gruppi')
  })
  test('one that is not spoken changes nothing', async () => {
    await loadLanguage('de')
    await loadLanguage('tlh')
    expect(t('groups.tab')).toBe('Gruppen')
  })
  test('the first that is spoken of what a browser asks for', () => {
    expect(spoken(['fr-FR', 'it-CH', 'en'])).toBe('it')
    expect(spoken(['fr'])).toBeUndefined()
  })
  test('dates and numbers follow', async () => {
    await loadLanguage('de')
    expect(relative('2026-03-01T11:57:00Z', Date.parse('2026-03-01T12:00:00Z'))).toBe('vor 3 Minuten')
  })
  test.each(Object.keys(languages) as Language[])('%s calls itself by its own name', (language) => {
    const name = new Intl.DisplayNames(language, { type: 'language' }).of(language) ?? ''
    expect(languages[language].toLowerCase()).toBe(name.toLowerCase())
  })
})

describe('sizes', () => {
  test.each([
    [0, '0 kB'],
    [89_044, '89 kB'],
    [1_230_000, '1.2 MB'],
    [34_500_000, '35 MB'],
    [2_000_000_000, '2 GB'],
  ])('%d octets are %s', (size, text) => expect(octets(size)).toBe(text))
})

describe('times', () => {
  const now = new Date('2026-03-01T12:00:00Z')
  test.each([
    [5, '0:05'],
    [65, '1:05'],
    [3723, '1:02:03'],
    [-1, '0:00'],
  ])('%d seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text))
  test.each([
    ['2026-03-01T11:59:58Z', 'now'],
    ['2026-03-01T11:57:00Z', '3 minutes ago'],
    ['2026-03-31T12:00:00Z', 'next month'],
    ['2026-02-28T12:00:00Z', 'yesterday'],
  ])('%s is %s', (at, text) => expect(relative(at, now.getTime())).toBe(text))
  test('the day is that of whoever is signed in, not of the browser', () => {
    setTimeZone('Pacific/Auckland')
    expect(shortDateTime('2026-02-28T12:30:00Z', now)).toMatch(/1:30/)
    expect(shortDateTime('2026-02-28T12:30:00Z', now)).toMatch(/Mar|01/)
  })
  test('an unknown zone leaves the browser’s', () => expect(() => setTimeZone('Mars/Olympus')).not.toThrow())
})
