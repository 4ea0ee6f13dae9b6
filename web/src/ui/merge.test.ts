import { describe, expect, test } from 'vitest'
import { changedFields, merge, pick } from './merge'

const base = { name: 'Sales', city: 'Milano', fax: '', tags: ['a'] }

describe('merge', () => {
  const table = [
    { name: 'nobody changed anything', mine: {}, theirs: {}, merged: {}, differ: [] },
    { name: 'only I changed a field', mine: { city: 'Roma' }, theirs: {}, merged: { city: 'Roma' }, differ: [] },
    { name: 'only they changed a field', mine: {}, theirs: { city: 'Roma' }, merged: { city: 'Roma' }, differ: [] },
    {
      name: 'each changed another field',
      mine: { city: 'Roma' },
      theirs: { fax: '1' },
      merged: { city: 'Roma', fax: '1' },
      differ: [],
    },
    {
      name: 'both wrote the same',
      mine: { city: 'Roma' },
      theirs: { city: 'Roma' },
      merged: { city: 'Roma' },
      differ: [],
    },
    {
      name: 'both changed a field differently: mine stays until decided',
      mine: { city: 'Roma' },
      theirs: { city: 'Torino' },
      merged: { city: 'Roma' },
      differ: [{ field: 'city', mine: 'Roma', theirs: 'Torino' }],
    },
    {
      name: 'lists are compared by what they hold',
      mine: { tags: ['a'] },
      theirs: { tags: ['a', 'b'] },
      merged: { tags: ['a', 'b'] },
      differ: [],
    },
  ]
  test.each(table)('$name', ({ mine, theirs, merged, differ }) => {
    const result = merge(base, { ...base, ...mine }, { ...base, ...theirs })
    expect(result.merged).toEqual({ ...base, ...merged })
    expect(result.differences).toEqual(differ)
  })
})

test('changed fields are those that differ, and pick takes them alone', () => {
  const now = { ...base, city: 'Roma', tags: ['a'] }
  expect(changedFields(base, now)).toEqual(['city'])
  expect(pick(now, changedFields(base, now))).toEqual({ city: 'Roma' })
})
