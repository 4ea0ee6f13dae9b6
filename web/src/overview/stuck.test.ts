import { expect, test } from 'vitest'
import { stuck } from './stuck'

test.each([
  ['nothing waits', [], 0],
  ['one that was not tried yet is no trouble', [{ state: 'waiting' as const, tries: 0, answer: '' }], 0],
  ['one on its way is none either', [{ state: 'waiting' as const, tries: 1, answer: '' }], 0],
  ['one that was refused is tried again', [{ state: 'waiting' as const, tries: 2, answer: '450 later' }], 1],
  ['one that was given up', [{ state: 'failed' as const, tries: 9, answer: '550 no' }], 1],
])('%s', (_what, mails, n) => expect(stuck(mails)).toBe(n))
