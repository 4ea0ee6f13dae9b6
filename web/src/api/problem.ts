import { serverText } from '../locale'
import type { ProblemBody } from './types'

/** FieldConflict is one field that somebody else changed meanwhile. */
export type FieldConflict = NonNullable<ProblemBody['fields']>[number]

/** Problem is every way a request can fail, in words an administrator can use. */
export class Problem extends Error {
  readonly status: number
  readonly requestId: string
  readonly fields: Record<string, string>
  readonly conflicts: FieldConflict[]
  readonly retryAfter: number
  readonly body: ProblemBody

  constructor(status: number, body: ProblemBody, retryAfter = 0) {
    super(serverText(body.detail || body.title || `HTTP ${status}`))
    this.name = 'Problem'
    this.status = status
    this.body = body
    this.requestId = body.requestId ?? ''
    this.retryAfter = retryAfter
    this.conflicts = body.fields ?? []
    this.fields = {}
    for (const error of body.errors ?? []) {
      const field = fieldName(error.field)
      if (field && !this.fields[field]) this.fields[field] = serverText(error.message)
    }
  }

  /** unreachable: no answer came at all. */
  get unreachable(): boolean {
    return this.status === 0
  }
}

/** fieldName strips what a validator puts about a field's own name: "body.groups[1].name" is groups. */
export function fieldName(location: string): string {
  return location.replace(/^(body|query|path|header)\./, '').replace(/[.[].*$/, '')
}

/** asProblem makes a Problem of whatever was thrown. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  return new Problem(0, { detail: error instanceof Error ? error.message : String(error) })
}
