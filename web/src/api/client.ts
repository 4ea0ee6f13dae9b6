import { Problem } from './problem'
import type { paths } from './schema'
import type { ProblemBody } from './types'

const base = '/api/v1'

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

/** Offered is whether a path has a method: the document says never where it has not. */
type Offered<P extends keyof paths, M extends Method> = M extends Method
  ? Lowercase<M> extends keyof paths[P]
    ? [Exclude<paths[P][Lowercase<M>], undefined>] extends [never]
      ? never
      : `${M} ${P}`
    : never
  : never

/** Route is an operation of the API: "GET /groups/{id}". */
export type Route = { [P in keyof paths]: Offered<P, Method> }[keyof paths]

type Operation<R extends Route> = R extends `${infer M extends Method} ${infer P extends keyof paths}`
  ? Lowercase<M> extends keyof paths[P]
    ? paths[P][Lowercase<M>]
    : never
  : never

type Json<T> = T extends { content: { 'application/json': infer J } } ? J : never
type Answer<O> = O extends { responses: infer R }
  ? R extends { 200: infer Ok }
    ? Json<Ok>
    : R extends { 201: infer Made }
      ? Json<Made>
      : undefined
  : never
type Query<O> = O extends { parameters: { query?: infer Q } } ? (Q extends undefined ? never : Q) : never
type Path<O> = O extends { parameters: { path: infer P } } ? { path: P } : { path?: never }
type Body<O> = O extends { requestBody: { content: { 'application/json': infer B } } }
  ? { body: B }
  : O extends { requestBody?: { content: { 'application/json': infer B } } }
    ? { body?: B | undefined }
    : { body?: never }

/** Request is what goes with an operation. */
export type Request<R extends Route> = Path<Operation<R>> &
  Body<Operation<R>> & {
    query?: Query<Operation<R>>
    /** version of the thing as it was read: the server refuses with 412 when somebody saved meanwhile. */
    version?: number | undefined
    signal?: AbortSignal
    /** keepalive lets the request outlive the page. */
    keepalive?: boolean
  }

/** Reply is what came back: the body, and the number of the change set that the write made. */
export interface Reply<T> {
  data: T
  changeSet: number
}

export type AnswerOf<R extends Route> = Answer<Operation<R>>

type Listener = () => void
const signedOut = new Set<Listener>()

/** onSignedOut tells when the server no longer knows this session. */
export function onSignedOut(listener: Listener): () => void {
  signedOut.add(listener)
  return () => signedOut.delete(listener)
}

/** request speaks to the server; it throws a Problem for whatever is not a success. */
export async function request<R extends Route>(route: R, options: Request<R>): Promise<Reply<AnswerOf<R>>> {
  const [method, template] = route.split(' ') as [Method, string]
  const path = fill(template, options.path as Values | undefined)
  const headers = new Headers({ Accept: 'application/json' })
  if (options.body !== undefined) headers.set('Content-Type', 'application/json')
  if (options.version !== undefined) headers.set('If-Match', `"${options.version}"`)

  const response = await send(base + path + queryString(options.query as Values | undefined), {
    method,
    headers,
    body: options.body === undefined ? null : JSON.stringify(options.body),
    signal: options.signal ?? null,
    keepalive: options.keepalive ?? false,
    credentials: 'same-origin',
    cache: 'no-store',
  })
  if (!response.ok) {
    const problem = await problemOf(response)
    if (problem.status === 401 && !path.startsWith('/session') && path !== '/me')
      for (const listener of signedOut) listener()
    throw problem
  }
  const changeSet = Number(response.headers.get('Ringfence-Change-Set') ?? 0)
  const text = await response.text()
  return { data: (text ? JSON.parse(text) : undefined) as AnswerOf<R>, changeSet }
}

/** read is request for reading: the body alone. */
export async function read<R extends Route & `GET ${string}`>(route: R, options: Request<R>): Promise<AnswerOf<R>> {
  return (await request(route, options)).data
}

/** fileAt is the address of something that the browser fetches by itself, such as a sound. */
export function fileAt<R extends Route & `GET ${string}`>(route: R, path: Request<R>['path']): string {
  return base + fill(route.slice('GET '.length), path as Values | undefined)
}

/** readFile fetches such a thing whole. */
export async function readFile(address: string): Promise<Blob> {
  const response = await send(address, { credentials: 'same-origin', cache: 'no-store' })
  if (!response.ok) throw await problemOf(response)
  return response.blob()
}

/** Upload is a file that goes with an operation. */
export type Upload<R extends Route> = Path<Operation<R>> & {
  file: Blob
  type: string
  /** onShare tells how much has arrived, from 0 to 1. */
  onShare?: ((share: number) => void) | undefined
}

/** upload sends a file; what fetch can't, it tells how far it is. */
export async function upload<R extends Route>(route: R, options: Upload<R>): Promise<AnswerOf<R>> {
  const [method, template] = route.split(' ') as [Method, string]
  const response = await new Promise<Response>((resolve, reject) => {
    const sent = new XMLHttpRequest()
    sent.open(method, base + fill(template, options.path as Values | undefined))
    sent.setRequestHeader('Accept', 'application/json')
    sent.setRequestHeader('Content-Type', options.type)
    sent.upload.addEventListener('progress', ({ loaded, total }) => options.onShare?.(total > 0 ? loaded / total : 0))
    sent.addEventListener('error', () => reject(new Problem(0, {})))
    sent.addEventListener('load', () => {
      const headers = new Headers()
      for (const name of ['X-Request-Id', 'Retry-After']) headers.set(name, sent.getResponseHeader(name) ?? '')
      resolve(new Response(sent.responseText || null, { status: sent.status, statusText: sent.statusText, headers }))
    })
    sent.send(options.file)
  })
  if (!response.ok) {
    const problem = await problemOf(response)
    if (problem.status === 401) for (const listener of signedOut) listener()
    throw problem
  }
  return (await response.json()) as AnswerOf<R>
}

type Values = Record<string, string | number | boolean | undefined>

/** fill puts values into the braces of a path. */
export function fill(template: string, values: Values = {}): string {
  return template.replace(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(String(values[name])))
}

/** queryString leaves out what is not set. */
export function queryString(query: Values = {}): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') params.set(key, String(value))
  }
  const text = params.toString()
  return text && `?${text}`
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Problem(0, {})
  }
}

async function problemOf(response: Response): Promise<Problem> {
  let body: ProblemBody = {}
  try {
    body = (await response.json()) as ProblemBody
  } catch {
    body = { title: `${response.status} ${response.statusText}`.trim() }
  }
  body.requestId ||= response.headers.get('X-Request-Id') ?? ''
  return new Problem(response.status, body, Number(response.headers.get('Retry-After') ?? 0))
}
