import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Watch } from './events'

/** The stream that the page listens to, spoken by the test. */
class Stream extends EventTarget {
  static opened: Stream | undefined
  readyState = 1
  constructor() {
    super()
    Stream.opened = this
  }
  close() {}
  say(name: string, data: unknown) {
    this.dispatchEvent(Object.assign(new Event(name), { data: JSON.stringify(data) }))
  }
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', Object.assign(Stream, { CLOSED: 2 }))
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

interface Row {
  id: number
  online: boolean
}

/** A list of accounts whose answers the test gives, each with what was true when the server wrote it. */
function accounts() {
  const client = new QueryClient()
  const asked: ((online: boolean) => void)[] = []
  const observer = new QueryObserver(client, {
    queryKey: ['users', 'list', {}],
    retry: false,
    queryFn: () =>
      new Promise<{ items: Row[] }>((resolve) => asked.push((online) => resolve({ items: [{ id: 7, online }] }))),
  })
  const stop = observer.subscribe(() => undefined)
  const watch = new Watch(client)
  watch.start()
  const end = () => {
    watch.stop()
    stop()
    client.clear()
  }
  return { client, watch, asked, end, shown: () => observer.getCurrentResult().data?.items[0]?.online }
}

const settle = () => vi.advanceTimersByTimeAsync(1000)

test('a phone that registers is shown at once, nothing is fetched for it', async () => {
  const list = accounts()
  list.asked[0]?.(false)
  await settle()
  Stream.opened?.say('registration', { userId: 7, online: true })
  expect(list.shown()).toBe(true)
  await settle()
  expect(list.asked).toHaveLength(1)
  list.end()
})

test('an answer that was under way when a phone registered does not hide it', async () => {
  const list = accounts()
  list.asked[0]?.(false)
  await settle()
  void list.client.invalidateQueries({ queryKey: ['users'] })
  await vi.advanceTimersByTimeAsync(1)
  Stream.opened?.say('registration', { userId: 7, online: true })
  list.asked[1]?.(false) // written by the server before the phone came
  await settle()
  list.asked[2]?.(true)
  await settle()
  expect(list.shown()).toBe(true)
  list.end()
})

test('a first answer that a change overtook is followed by another', async () => {
  const list = accounts()
  Stream.opened?.say('change', { kinds: ['user'] })
  await settle()
  list.asked[0]?.(false)
  await settle()
  list.asked[1]?.(true)
  await settle()
  expect(list.shown()).toBe(true)
  expect(list.asked).toHaveLength(2)
  list.end()
})

test('what is being read is not given up for a change, but read once more', async () => {
  const list = accounts()
  list.asked[0]?.(false)
  await settle()
  Stream.opened?.say('change', { kinds: ['user'] })
  await settle()
  Stream.opened?.say('change', { kinds: ['user'] })
  await settle()
  expect(list.asked).toHaveLength(2)
  list.asked[1]?.(false)
  await settle()
  expect(list.asked).toHaveLength(3)
  list.asked[2]?.(true)
  await settle()
  expect(list.shown()).toBe(true)
  expect(list.asked).toHaveLength(3)
  list.end()
})

test('lists that take long do not have each other read again and again', async () => {
  const list = accounts()
  const other: (() => void)[] = []
  const observer = new QueryObserver(list.client, {
    queryKey: ['users', 'count'],
    retry: false,
    queryFn: () => new Promise<number>((resolve) => other.push(() => resolve(1))),
  })
  const stop = observer.subscribe(() => undefined)
  Stream.opened?.say('change', { kinds: ['user'] })
  await settle()
  other[0]?.()
  await settle()
  list.asked[0]?.(false)
  await settle()
  other[1]?.()
  await settle()
  list.asked[1]?.(true)
  await settle()
  expect(other).toHaveLength(2)
  expect(list.asked).toHaveLength(2)
  expect(list.shown()).toBe(true)
  stop()
  list.end()
})

test('what happened before the stream opened is read', async () => {
  const list = accounts()
  list.asked[0]?.(false)
  await settle()
  Stream.opened?.say('open', {})
  await settle()
  list.asked[1]?.(true)
  await settle()
  expect(list.shown()).toBe(true)
  list.end()
})

test('what is asked for once the stream is open is read once', async () => {
  const list = accounts()
  list.asked[0]?.(false)
  await settle()
  Stream.opened?.say('open', {})
  const later: (() => void)[] = []
  const observer = new QueryObserver(list.client, {
    queryKey: ['users', 'count'],
    retry: false,
    queryFn: () => new Promise<number>((resolve) => later.push(() => resolve(1))),
  })
  const stop = observer.subscribe(() => undefined)
  await settle()
  later[0]?.()
  list.asked[1]?.(true)
  await settle()
  expect(later).toHaveLength(1)
  expect(list.asked).toHaveLength(2)
  stop()
  list.end()
})

test('an answer that was under way when the stream opened is followed by another', async () => {
  const list = accounts()
  Stream.opened?.say('open', {})
  await settle()
  list.asked[0]?.(false)
  await settle()
  list.asked[1]?.(true)
  await settle()
  expect(list.shown()).toBe(true)
  expect(list.asked).toHaveLength(2)
  list.end()
})

test('a stream that was started is not opened twice, and one that was stopped is opened again', () => {
  const list = accounts()
  const first = Stream.opened
  list.watch.start()
  expect(Stream.opened).toBe(first)
  list.watch.stop()
  list.watch.start()
  expect(Stream.opened).not.toBe(first)
  list.end()
})

test('a stream that was refused is tried again, and the page says that it is lost until then', async () => {
  const list = accounts()
  const states: string[] = []
  list.watch.subscribe(() => states.push(list.watch.state))
  const refused = Stream.opened
  Stream.opened?.say('change', { kinds: ['user'] }) // what is about to be read doesn't stand in the way
  if (refused) refused.readyState = 2
  refused?.say('error', {})
  await vi.advanceTimersByTimeAsync(5001)
  expect(Stream.opened).not.toBe(refused)
  Stream.opened?.say('open', {})
  expect(states).toEqual(['lost', 'live'])
  list.end()
})

test('what happens in one’s own mailbox makes it be read again, and nothing else', async () => {
  const client = new QueryClient()
  const asked = vi.spyOn(client, 'invalidateQueries')
  const watch = new Watch(client)
  watch.start()
  Stream.opened?.say('voicemail', { userId: 7 })
  await settle()
  expect(asked.mock.calls.map(([filter]) => filter?.queryKey)).toEqual([['voicemail']])
  watch.stop()
  client.clear()
})
