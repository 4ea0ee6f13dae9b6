import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { read, request, type Reply } from '../api/client'
import type { Forwarding, ForwardingInput } from '../api/types'

export const forwardingKeys = {
  all: ['forwarding'] as const,
  one: (id: number) => ['forwarding', id] as const,
  mine: ['forwarding', 'me'] as const,
}

export const forwardingQuery = (id: number) =>
  queryOptions({
    queryKey: forwardingKeys.one(id),
    queryFn: ({ signal }) => read('GET /users/{id}/forwarding', { path: { id }, signal }),
  })

export const myForwardingQuery = queryOptions({
  queryKey: forwardingKeys.mine,
  queryFn: ({ signal }) => read('GET /me/forwarding', { signal }),
})

/** ForwardingWrite is changes to a forwarding as it was read; where nothing was set yet, there is no version to compare. */
export interface ForwardingWrite {
  changes: ForwardingInput
  version: number | undefined
}

function useWrite(write: (input: ForwardingWrite) => Promise<Reply<Forwarding>>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: write,
    onSuccess: () => client.invalidateQueries({ queryKey: forwardingKeys.all }),
  })
}

export const useSetForwarding = (id: number) =>
  useWrite(({ changes, version }) => request('PATCH /users/{id}/forwarding', { path: { id }, body: changes, version }))

export const useSetMyForwarding = () =>
  useWrite(({ changes, version }) => request('PATCH /me/forwarding', { body: changes, version }))
