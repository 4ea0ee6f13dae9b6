import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { read, request } from '../api/client'
import type { ChangeItem } from '../api/types'

export interface AuditFilter {
  q?: string | undefined
  page?: number | undefined
  limit?: number | undefined
  actor?: number | undefined
  /** kind with id is one thing and what is about it. */
  kind?: string | undefined
  id?: number | undefined
  intent?: string | undefined
  by?: string | undefined
  from?: string | undefined
  to?: string | undefined
}

/** Thing names one thing. */
export type Thing = Pick<ChangeItem, 'kind' | 'key'> & { id?: number | undefined }

export const auditQuery = (filter: AuditFilter) =>
  queryOptions({
    queryKey: ['audit', 'list', filter],
    queryFn: ({ signal }) => read('GET /audit', { query: filter, signal }),
    placeholderData: keepPreviousData,
  })

/** itemsSize is how many things of a change are shown at once. */
export const itemsSize = 50

export const changeItemsQuery = (id: number, page: number) =>
  queryOptions({
    queryKey: ['audit', 'items', id, page],
    queryFn: ({ signal }) => read('GET /audit/{id}/items', { path: { id }, query: { page, limit: itemsSize }, signal }),
    placeholderData: keepPreviousData,
    // What was done stays as it was done.
    staleTime: 5 * 60_000,
  })

/** undoPreviewQuery says what an undo would leave, without doing it. */
export const undoPreviewQuery = (id: number) =>
  queryOptions({
    queryKey: ['audit', 'undo', id],
    queryFn: async ({ signal }) =>
      (await request('POST /audit/{id}/undo', { path: { id }, query: { dryRun: true }, body: {}, signal })).data,
    gcTime: 0,
  })

export function useUndo() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (change: number | { id: number; overwrite: Thing[] }) => {
      const { id, overwrite } = typeof change === 'number' ? { id: change, overwrite: [] } : change
      return request('POST /audit/{id}/undo', { path: { id }, body: { overwrite } })
    },
    onSuccess: () => client.invalidateQueries(),
  })
}

/** exportAddress is where the same changes are found as a file. */
export function exportAddress(filter: AuditFilter): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(filter))
    if (value !== undefined && name !== 'page' && name !== 'limit') query.set(name, String(value))
  return `/api/v1/audit/export?${query.toString()}`
}
