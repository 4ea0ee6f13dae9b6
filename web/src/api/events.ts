import type { Query, QueryClient } from '@tanstack/react-query'
import type { List, User } from './types'

/** ChangeEvent says which kinds of thing a change set touched. */
export interface ChangeEvent {
  changeSet?: number
  kinds?: string[]
}

export interface RegistrationEvent {
  userId?: number
  online?: boolean
}

const byKind: Record<string, string[]> = {
  organization: ['organization', 'me'],
  group: ['groups', 'users', 'me'],
  location: ['locations', 'users', 'pools', 'settings', 'me'],
  provisioning_profile: ['provisioning-profiles', 'groups', 'users', 'devices', 'settings', 'me', 'voicemail'],
  permission: ['settings'],
  user: [
    'users',
    'groups',
    'numbers',
    'pools',
    'devices',
    'organization',
    'me',
    'forwarding',
    'ring-groups',
    'voicemail',
  ],
  forwarding: ['forwarding'],
  dial_string: ['numbers', 'pools'],
  outside_number: ['numbers', 'users', 'ring-groups'],
  ring_group: ['ring-groups', 'numbers', 'pools', 'forwarding'],
  extension_pool: ['pools', 'numbers'],
  device: ['devices', 'users'],
  line: ['devices', 'users'],
  credential: ['devices'],
  user_secret: ['users'],
  setting: ['settings', 'users', 'devices', 'me', 'voicemail'],
  token: ['tokens'],
}
const always = ['audit', 'deleted']
const flushMs = 200

/** touched is the query keys that a change makes stale; undefined stands for all of them. */
export function touched(event: ChangeEvent): string[] | undefined {
  const kinds = event.kinds ?? []
  if (kinds.length === 0) return undefined
  const keys = new Set(always)
  for (const kind of kinds) {
    const known = byKind[kind]
    if (!known) return undefined
    for (const key of known) keys.add(key)
  }
  return [...keys]
}

export type StreamState = 'live' | 'lost'

/**
 * Watch is one event stream that keeps what the page shows true. It is to be started before the page reads: what was asked
 * for before the stream opened is read once more.
 */
export class Watch {
  state: StreamState = 'live'
  private source: EventSource | undefined
  private stale = new Set<string>()
  private all = false
  private timer: ReturnType<typeof setTimeout> | undefined
  private again: ReturnType<typeof setTimeout> | undefined
  private listener: (() => void) | undefined

  constructor(private readonly client: QueryClient) {}

  /** subscribe tells of each new state. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listener = listener
    return () => (this.listener = undefined)
  }

  /** start opens the stream; one that was started is left as it is. */
  start(): void {
    if (this.source) return
    const source = new EventSource('/api/v1/events')
    this.source = source
    source.addEventListener('open', () => {
      // What happened before the stream opened is not sent again, so at once, before anything else is asked for, all that
      // was asked for until now is read again. Later answers have seen it.
      this.all = true
      this.flush()
      this.become('live')
    })
    source.addEventListener('error', () => {
      this.become('lost')
      // A refused stream is not tried again by the browser: asking who is signed in shows why.
      if (source.readyState === EventSource.CLOSED) {
        void this.client.invalidateQueries({ queryKey: ['me'] })
        this.again ??= setTimeout(() => this.restart(), 5000)
      }
    })
    source.addEventListener('change', (event) => this.forget(touched(parse<ChangeEvent>(event) ?? {})))
    source.addEventListener('registration', (event) => this.registration(parse<RegistrationEvent>(event) ?? {}))
    source.addEventListener('call', () => this.forget(['calls', 'call-records']))
    source.addEventListener('voicemail', () => this.forget(['voicemail']))
    source.addEventListener('overflow', () => this.forget(undefined))
  }

  stop(): void {
    this.source?.close()
    this.source = undefined
    clearTimeout(this.timer)
    clearTimeout(this.again)
    this.timer = this.again = undefined
  }

  private restart(): void {
    this.stop()
    this.start()
  }

  private become(state: StreamState): void {
    this.state = state
    this.listener?.()
  }

  /** registration writes the new state into the lists at once and lets what else depends on it be fetched. */
  private registration({ userId, online }: RegistrationEvent): void {
    if (userId !== undefined && online !== undefined) {
      const mark = (user: User): User => (user.id === userId ? { ...user, online } : user)
      this.client.setQueriesData<List<User>>(
        { queryKey: ['users', 'list'] },
        (list) => list && { ...list, items: list.items.map(mark) },
      )
      this.client.setQueryData<User>(['users', 'one', userId], (user) => user && mark(user))
    }
    this.forget(['registrations', 'devices'])
    // An answer that is on its way may be older than this event and would write the old state over it.
    if (this.client.isFetching({ queryKey: ['users'] }) > 0) this.forget(['users'])
  }

  private forget(keys: string[] | undefined): void {
    if (keys) for (const key of keys) this.stale.add(key)
    else this.all = true
    this.timer ??= setTimeout(() => this.flush(), flushMs)
  }

  /** after reads once more what is being read now, and that alone: others of its kind may have been read since. */
  private async after(query: Query): Promise<void> {
    await query.promise?.catch(() => undefined)
    await this.client.invalidateQueries({ queryKey: query.queryKey, exact: true }, { cancelRefetch: false })
  }

  private flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    const keys = [...this.stale]
    const filters = this.all ? [{}] : keys.map((key) => ({ queryKey: [key] }))
    this.stale.clear()
    this.all = false
    for (const filter of filters) {
      // What is on its way may have missed the change. It is not given up, which would be work for nothing on both sides:
      // it is read once more after it.
      const underway = this.client.getQueryCache().findAll({ ...filter, fetchStatus: 'fetching', type: 'active' })
      void this.client.invalidateQueries(filter, { cancelRefetch: false })
      for (const query of underway) void this.after(query)
    }
  }
}

function parse<T>(event: MessageEvent<string>): T | undefined {
  try {
    return JSON.parse(event.data) as T
  } catch {
    return undefined
  }
}
