import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { read, request } from '../api/client'
import type { PermissionInput } from '../api/types'

/** permissionsQuery is the permissions there are; those that were added have an id. It grows stale with the settings. */
export const permissionsQuery = queryOptions({
  queryKey: ['settings', 'permissions'],
  queryFn: async ({ signal }) => (await read('GET /permissions', { query: { limit: 500 }, signal })).items,
})

function useForgetPermissions() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: ['settings'] })
}

export function useSavePermission() {
  return useMutation({
    mutationFn: async ({ id, version, body }: { id?: number; version?: number; body: PermissionInput }) =>
      id
        ? (await request('PATCH /permissions/{id}', { path: { id }, body, version })).data
        : (await request('POST /permissions', { body })).data,
    onSuccess: useForgetPermissions(),
  })
}

export function useDeletePermission() {
  return useMutation({
    mutationFn: (id: number) => request('DELETE /permissions/{id}', { path: { id } }),
    onSuccess: useForgetPermissions(),
  })
}
