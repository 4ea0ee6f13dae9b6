import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { read, request } from '../api/client'

export interface RecordFilter {
  q?: string | undefined
  from?: string | undefined
  to?: string | undefined
  user?: number | undefined
  sort?: string | undefined
  page?: number | undefined
  limit?: number | undefined
}

export const callKeys = {
  live: ['calls'] as const,
  tried: ['calls', 'try'] as const,
  records: ['call-records'] as const,
  recordList: (filter: RecordFilter) => ['call-records', filter] as const,
}

export const liveCallsQuery = queryOptions({
  queryKey: callKeys.live,
  queryFn: ({ signal }) => read('GET /calls', { query: { limit: 500 }, signal }),
})

export const recordsQuery = (filter: RecordFilter) =>
  queryOptions({
    queryKey: callKeys.recordList(filter),
    queryFn: ({ signal }) => read('GET /call-records', { query: filter, signal }),
    placeholderData: keepPreviousData,
  })

export const tryQuery = (asked: { caller: number | undefined; dialled: string }) =>
  queryOptions({
    queryKey: [...callKeys.tried, asked],
    queryFn: ({ signal }) => read('GET /calls/try', { query: asked, signal }),
    gcTime: 0, // where a call would go may be something else the next moment
  })

export function useHangUp() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: number) => request('DELETE /calls/{id}', { path: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: callKeys.live }),
  })
}
