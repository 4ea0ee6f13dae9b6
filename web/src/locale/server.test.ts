import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { server as de } from './de'
import { serverTexts } from './en/server'
import { server as it } from './it'
import { matcher } from './match'

const places = (text: string) => [...new Set(text.match(/\{\w+\}/g))].toSorted()

describe.each(Object.entries({ de, it }))('what the server says, in %s', (_language, server) => {
  test.each(serverTexts)('%s', (english) => {
    expect(server[english].trim()).not.toBe('')
    expect(places(server[english])).toEqual(places(english))
  })
})

// A text that the server words anew would silently stay English.
describe('the server still says', () => {
  const root = path.resolve(import.meta.dirname, '../../../internal')
  const go = ['pbx', 'engine/admin', 'engine/auth', 'engine/notify', 'engine/voicemail', 'edge/blob', 'edge/httpapi']
    .flatMap((folder) => readdirSync(path.join(root, folder)).map((file) => path.join(root, folder, file)))
    .filter((file) => file.endsWith('.go') && !file.endsWith('_test.go'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
  // Between these it puts in the word for what a number is.
  const word = /(?<=the )(?:number|alias|username|auth account name)(?= of)/
  const written = (part: string) => part.split(word).every((piece) => go.includes(piece.replaceAll('"', '\\"')))
  test.each(serverTexts)('%s', (english) => {
    for (const part of english.split(/"?\{\w+\}"?/)) expect(written(part), part).toBe(true)
  })
})

describe('matching', () => {
  const say = matcher({
    'The {what} of {name} is gone.': '{name} hat kein {what} mehr.',
    'Undone: {what}': 'Zurück: {what}',
    'Too short.': 'Zu kurz.',
  })
  test.each([
    ['Too short.', 'Zu kurz.'],
    ['anna: Too short.', 'anna: Zu kurz.'],
    ['The phone of A. of B. is gone.', 'A. of B. hat kein phone mehr.'],
    ['Undone: Undone: Too short.', 'Zurück: Zurück: Zu kurz.'],
    ['Nobody knows this: at all.', 'Nobody knows this: at all.'],
    ['', ''],
  ])('%j is %j', (english, german) => expect(say(english)).toBe(german))
})
