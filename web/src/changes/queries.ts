import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { read, request, type Request } from '../api/client'

type Body<R extends Parameters<typeof request>[0]> = Request<R> extends { body: infer B } ? B : never

export const changeKeys = {
  leaves: ['leaves'] as const,
  leave: (id: number) => ['leaves', id] as const,
  deletion: (ids: number[]) => ['user-deletion', ids] as const,
}

export const leavesQuery = queryOptions({
  queryKey: changeKeys.leaves,
  queryFn: ({ signal }) => read('GET /leaves', { query: {}, signal }),
})

export const leaveQuery = (id: number) =>
  queryOptions({
    queryKey: changeKeys.leave(id),
    queryFn: ({ signal }) => read('GET /users/{id}/leave', { path: { id }, signal }),
    retry: false,
    staleTime: 0,
  })

export const usersDeletionQuery = (ids: number[]) =>
  queryOptions({
    queryKey: changeKeys.deletion(ids),
    queryFn: async ({ signal }) => (await request('POST /users/deletion', { body: { ids }, signal })).data,
    staleTime: 0,
    gcTime: 0,
  })

/** useChange is a write after which everything may look otherwise. */
function useChange<I, O>(change: (input: I) => Promise<O>) {
  const client = useQueryClient()
  return useMutation({ mutationFn: change, onSuccess: () => client.invalidateQueries() })
}

export const usePlanLeave = (id: number) =>
  useChange((body: Body<'PUT /users/{id}/leave'>) => request('PUT /users/{id}/leave', { path: { id }, body }))

export const useComeBack = (id: number) => useChange(() => request('DELETE /users/{id}/leave', { path: { id } }))

export const useRenumber = () =>
  useChange((body: Body<'POST /users/renumber'>) => request('POST /users/renumber', { body }))

export const useRename = (id: number) =>
  useChange((body: Body<'POST /users/{id}/rename'>) => request('POST /users/{id}/rename', { path: { id }, body }))

export const useHandOver = (id: number) =>
  useChange((body: Body<'POST /users/{id}/hand-over'>) => request('POST /users/{id}/hand-over', { path: { id }, body }))

export const useDeleteUsers = () =>
  useChange((body: Body<'POST /users/delete'>) => request('POST /users/delete', { body }))

/** rehearse asks what a change would do. */
export const rehearseRenumber = async (body: Body<'POST /users/renumber'>) =>
  (await request('POST /users/renumber', { body, query: { dryRun: true } })).data

export const rehearseRename = async (id: number, body: Body<'POST /users/{id}/rename'>) =>
  (await request('POST /users/{id}/rename', { path: { id }, body, query: { dryRun: true } })).data
