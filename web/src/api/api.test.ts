import { afterEach, describe, expect, test, vi } from 'vitest'
import { fill, onSignedOut, queryString, request } from './client'
import { touched } from './events'
import { fieldName, Problem } from './problem'

afterEach(() => vi.unstubAllGlobals())

function answer(status: number, body: unknown, headers: Record<string, string> = {}) {
  const fetched = vi.fn<typeof fetch>(() =>
    Promise.resolve(new Response(body === undefined ? null : JSON.stringify(body), { status, headers })),
  )
  vi.stubGlobal('fetch', fetched)
  return fetched
}

describe('a request', () => {
  test('fills the path, leaves out what is not set, and names the version it read', async () => {
    const fetched = answer(200, { id: 7 }, { 'Ringfence-Change-Set': '12' })
    const reply = await request('PATCH /groups/{id}', { path: { id: 7 }, body: { city: 'Roma' }, version: 3 })
    expect(reply).toEqual({ data: { id: 7 }, changeSet: 12 })
    const [url, init] = fetched.mock.calls[0] ?? []
    expect(url).toBe('/api/v1/groups/7')
    expect(init?.body).toBe('{"city":"Roma"}')
    expect(new Headers(init?.headers).get('If-Match')).toBe('"3"')
  })

  test('throws what the server complains about, field by field', async () => {
    answer(422, { detail: 'No.', requestId: 'r1', errors: [{ field: 'name', message: 'Needed.' }] })
    const failure: unknown = await request('POST /groups', { body: {} }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Problem)
    expect(failure).toMatchObject({ status: 422, message: 'No.', requestId: 'r1', fields: { name: 'Needed.' } })
  })

  test('says that nobody answered, when nobody did', async () => {
    vi.stubGlobal(
      'fetch',
      vi.fn(() => Promise.reject(new TypeError('no route'))),
    )
    await expect(request('GET /groups', {})).rejects.toMatchObject({ status: 0, unreachable: true })
  })

  test('tells that the session ended, but not when the password was wrong', async () => {
    const heard = vi.fn()
    const stop = onSignedOut(heard)
    answer(401, {})
    await request('POST /session', { body: { login: 'a', password: 'b' } }).catch(() => undefined)
    expect(heard).not.toHaveBeenCalled()
    await request('GET /groups', {}).catch(() => undefined)
    expect(heard).toHaveBeenCalledOnce()
    stop()
  })
})

test('values of a path are escaped', () => {
  expect(fill('/numbers/{value}/release', { value: '*43/x' })).toBe('/numbers/*43%2Fx/release')
})

test('a query holds only what is set', () => {
  expect(queryString({ q: '', page: 2, online: false, sort: undefined })).toBe('?page=2&online=false')
  expect(queryString({})).toBe('')
})

test.each([
  ['body.firstName', 'firstName'],
  ['body.groups[1].name', 'groups'],
  ['name', 'name'],
])('the field of %s is %s', (location, field) => expect(fieldName(location)).toBe(field))

describe('what a change makes stale', () => {
  test('a user: the lists that show or count it, and always audit and trash', () => {
    expect(touched({ kinds: ['user'] })).toEqual(expect.arrayContaining(['users', 'groups', 'me', 'audit', 'deleted']))
  })
  test('a kind that this page does not know: everything', () => {
    expect(touched({ kinds: ['user', 'call_flow'] })).toBeUndefined()
  })
  test('nothing named: everything', () => expect(touched({})).toBeUndefined())
})
