import { describe, expect, test } from 'vitest'
import type { User } from '../api/types'
import { suggestUsername } from '../setup/values'
import { advancedCount, copyOf, emptyUser, filledFields, nextOf, toWrite, valuesOf } from './values'

const anna = {
  id: 5,
  kind: 'person',
  firstName: 'Anna',
  lastName: 'Berg',
  displayName: 'Anna Berg',
  username: 'anna.berg',
  number: '201',
  email: 'anna@example.com',
  enabled: true,
  groupId: 3,
  groupName: 'Sales',
  groups: [{ id: 4, name: 'Support' }],
  role: 'user',
  aliases: [],
  security: 'any',
  language: 'de',
} as unknown as User

describe('the form of a user', () => {
  test('a display name made of first and last name is nobody’s choice', () => {
    expect(valuesOf(anna).displayName).toBe('')
    expect(valuesOf({ ...anna, displayName: 'Reception' }).displayName).toBe('Reception')
  })
  test('a copy has the settings, but no names, numbers and secrets', () => {
    expect(copyOf(anna)).toEqual({ ...emptyUser, groupId: '3', groups: ['Support'], security: 'any', language: 'de' })
  })
  test('OK and add another keeps the group and forgets the person', () => {
    const next = nextOf({ ...valuesOf(anna), portalPassword: 'secret words here' })
    expect(next).toMatchObject({ groupId: '3', firstName: '', number: '', portalPassword: '' })
  })
  test('a new user sends only what was given', () => {
    const values = { ...emptyUser, firstName: 'Anna ', groupId: '3', groups: ['SUPPORT'] }
    expect(toWrite(values, filledFields(values))).toEqual({
      firstName: 'Anna',
      groupId: 3,
      groups: [{ name: 'SUPPORT' }],
    })
  })
  test('what stands behind the tabs is counted', () => {
    expect(advancedCount({ ...emptyUser, firstName: 'Anna', number: '201' })).toBe(0)
    expect(advancedCount({ ...emptyUser, security: 'any', aliases: ['299'] })).toBe(2)
  })
})

test.each([
  ['José', 'Müller', 'jose.muller'],
  ['Anna', '', 'anna'],
  ['Jean-Luc', "O'Neill", 'jeanluc.oneill'],
  ['', 'Groß', 'gross'],
  ['李', '', ''],
])('the username of %s %s is %s', (first, last, username) => expect(suggestUsername(first, last)).toBe(username))
