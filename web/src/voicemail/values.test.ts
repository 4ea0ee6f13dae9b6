import { expect, test } from 'vitest'
import { fileName, from, heard, numbersIn } from './values'

test.each([
  [{ name: 'Anna Berg', number: '200' }, 'Anna Berg'],
  [{ name: '', number: '+493012345' }, '+493012345'],
  [{ name: '', number: '' }, 'Number withheld'],
])('a message of %j is from %s', (message, text) => expect(from(message)).toBe(text))

test.each([
  [{ name: 'Jörg O’Neill', number: '200' }, 'voicemail-2026-03-01-1205-jörg-o-neill.wav'],
  [{ name: '', number: '+49 30' }, 'voicemail-2026-03-01-1205-49-30.wav'],
  [{ name: '', number: '' }, 'voicemail-2026-03-01-1205.wav'],
])('the file of %j is %s', (message, name) =>
  expect(fileName({ ...message, leftAt: '2026-03-01T12:05:07Z' })).toBe(name),
)

test.each([
  ['200', ['200']],
  [' 200, 201;anna.berg 201 ', ['200', '201', 'anna.berg']],
  ['', []],
])('%j names %j', (typed, numbers) => expect(numbersIn(typed)).toEqual(numbers))

test.each([
  [[], 'none'],
  [['busy'], 'busy'],
  [['standard'], 'standard'],
  [['busy', 'standard'], 'standardBusy'],
  [['away', 'busy', 'standard'], 'away'],
] as const)('with %j callers hear %s', (kinds, says) =>
  expect(heard(kinds.map((kind) => ({ kind, recordedAt: '', durationSeconds: 1, size: 1 })))).toBe(says),
)
