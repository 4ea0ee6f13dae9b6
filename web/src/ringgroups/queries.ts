import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { read, request } from '../api/client'
import type { Resolution, RingGroupInput } from '../api/types'

export interface RingGroupFilter {
  q?: string | undefined
  sort?: string | undefined
  page?: number | undefined
  limit?: number | undefined
}

export const ringGroupKeys = {
  all: ['ring-groups'] as const,
  list: (filter: RingGroupFilter) => ['ring-groups', 'list', filter] as const,
  one: (id: number) => ['ring-groups', 'one', id] as const,
  deletion: (id: number) => ['ring-group-deletion', id] as const,
}

export const ringGroupsQuery = (filter: RingGroupFilter) =>
  queryOptions({
    queryKey: ringGroupKeys.list(filter),
    queryFn: ({ signal }) => read('GET /ring-groups', { query: filter, signal }),
    placeholderData: keepPreviousData,
  })

/** ringGroupChoices is every ring group, for menus. */
export const ringGroupChoices = ringGroupsQuery({ limit: 500, sort: 'name' })

export const ringGroupQuery = (id: number) =>
  queryOptions({
    queryKey: ringGroupKeys.one(id),
    queryFn: ({ signal }) => read('GET /ring-groups/{id}', { path: { id }, signal }),
  })

export const ringGroupDeletionQuery = (id: number) =>
  queryOptions({
    queryKey: ringGroupKeys.deletion(id),
    queryFn: ({ signal }) => read('GET /ring-groups/{id}/deletion', { path: { id }, signal }),
    staleTime: 0,
    gcTime: 0,
  })

/** useForgetRingGroups: the plan names them, and a member's routing does. */
function useForgetRingGroups() {
  const client = useQueryClient()
  return () =>
    Promise.all(
      ['ring-groups', 'numbers', 'pools', 'forwarding'].map((key) => client.invalidateQueries({ queryKey: [key] })),
    )
}

export function useCreateRingGroup() {
  return useMutation({
    mutationFn: (body: RingGroupInput) => request('POST /ring-groups', { body }),
    onSuccess: useForgetRingGroups(),
  })
}

export function useUpdateRingGroup(id: number) {
  return useMutation({
    mutationFn: ({ changes, version }: { changes: RingGroupInput; version: number }) =>
      request('PATCH /ring-groups/{id}', { path: { id }, body: changes, version }),
    onSuccess: useForgetRingGroups(),
  })
}

export function useDeleteRingGroup(id: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (resolution: Resolution) => request('DELETE /ring-groups/{id}', { path: { id }, body: { resolution } }),
    onSuccess: () =>
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'ring-group-deletion' }),
  })
}
