import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { read, request } from '../api/client'
import type { GroupInput, Resolution } from '../api/types'

export interface GroupFilter {
  q?: string | undefined
  sort?: string | undefined
  page?: number | undefined
  limit?: number | undefined
}

export const groupKeys = {
  all: ['groups'] as const,
  list: (filter: GroupFilter) => ['groups', 'list', filter] as const,
  one: (id: number) => ['groups', 'one', id] as const,
  deletion: (id: number) => ['group-deletion', id] as const,
}

export const groupsQuery = (filter: GroupFilter) =>
  queryOptions({
    queryKey: groupKeys.list(filter),
    queryFn: ({ signal }) => read('GET /groups', { query: filter, signal }),
    placeholderData: keepPreviousData,
  })

/** groupChoices is the groups to choose from in a form, in the order people know. */
export const groupChoices = groupsQuery({ limit: 500, sort: 'name' })

export const groupQuery = (id: number) =>
  queryOptions({
    queryKey: groupKeys.one(id),
    queryFn: ({ signal }) => read('GET /groups/{id}', { path: { id }, signal }),
  })

export const groupDeletionQuery = (id: number) =>
  queryOptions({
    queryKey: groupKeys.deletion(id),
    queryFn: ({ signal }) => read('GET /groups/{id}/deletion', { path: { id }, signal }),
    staleTime: 0,
    gcTime: 0,
  })

function useForgetGroups() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: groupKeys.all })
}

export function useCreateGroup() {
  return useMutation({
    mutationFn: (body: GroupInput) => request('POST /groups', { body }),
    onSuccess: useForgetGroups(),
  })
}

export function useUpdateGroup(id: number) {
  return useMutation({
    mutationFn: ({ changes, version }: { changes: GroupInput; version: number }) =>
      request('PATCH /groups/{id}', { path: { id }, body: changes, version }),
    onSuccess: useForgetGroups(),
  })
}

/** useMoveGroup puts a group at another place of the group order, 1 is the top. */
export function useMoveGroup() {
  return useMutation({
    mutationFn: ({ id, position }: { id: number; position: number }) =>
      request('PATCH /groups/{id}', { path: { id }, body: { position } }),
    onSuccess: useForgetGroups(),
  })
}

export function useDeleteGroup(id: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (resolution: Resolution | undefined) =>
      request('DELETE /groups/{id}', { path: { id }, body: resolution && { resolution } }),
    onSuccess: () => void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'group-deletion' }),
  })
}
