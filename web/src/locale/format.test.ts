import { expect, test, vi } from 'vitest'
import { dayIn, dayOf } from './format'

test('a day is that of the place', () => {
  vi.stubGlobal('navigator', { languages: ['en-GB'] })
  expect(dayIn('Europe/Rome', '2026-05-30T22:00:00Z')).toBe('2026-05-31')
  expect(dayIn('America/New_York', '2026-05-31T03:00:00Z')).toBe('2026-05-30')
  expect(dayOf('2026-05-30T22:00:00Z', 'Europe/Rome')).toContain('31')
})
