import { queryOptions, useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { read, request } from '../api/client'
import type { Restored } from '../api/types'

export const deletedKeys = { all: ['deleted'] as const }

export const deletedQuery = queryOptions({
  queryKey: deletedKeys.all,
  queryFn: ({ signal }) => read('GET /deleted', { query: { limit: 500 }, signal }),
})

/** restore brings back what one change set deleted. */
export async function restore(client: QueryClient, changeSet: number, numbers?: 'next'): Promise<Restored> {
  const { data } = await request('POST /deleted/{id}/restore', { path: { id: changeSet }, query: { numbers } })
  await client.invalidateQueries()
  return data
}

export function useErase() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, confirmName }: { id: number; confirmName: string }) =>
      request('POST /deleted/{id}/erase', { path: { id }, body: { confirmName } }),
    onSuccess: () => client.invalidateQueries(),
  })
}

export function useRestore() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, numbers }: { id: number; numbers?: 'next' }) => restore(client, id, numbers),
  })
}
