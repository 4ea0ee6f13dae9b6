import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { read, request } from '../api/client'
import type { MailInput } from '../api/types'

export const mailKeys = { server: ['mail'] as const, outbox: ['mail', 'outbox'] as const }

export const mailQuery = queryOptions({
  queryKey: [...mailKeys.server, 'server'],
  queryFn: ({ signal }) => read('GET /mail', { signal }),
})

/** outboxQuery is the mails that are not sent; it looks again by itself, since they go out by themselves. */
export const outboxQuery = (page: number, limit: number) =>
  queryOptions({
    queryKey: [...mailKeys.outbox, page, limit],
    queryFn: ({ signal }) => read('GET /mail/outbox', { query: { page, limit }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  })

/** useForgetMail: who is signed in is told whether mail is set up, too. */
function useForgetMail() {
  const client = useQueryClient()
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: mailKeys.server }),
      client.invalidateQueries({ queryKey: ['me'] }),
    ])
}

export function useSetMail() {
  return useMutation({
    mutationFn: ({ body, version }: { body: MailInput; version: number }) =>
      request('PUT /mail', { body, ...(version > 0 && { version }) }),
    onSuccess: useForgetMail(),
  })
}

export function useRemoveMail() {
  return useMutation({ mutationFn: () => request('DELETE /mail', {}), onSuccess: useForgetMail() })
}

export function useTestMail() {
  return useMutation({
    mutationFn: async (to: string) => (await request('POST /mail/test', { body: { to } })).data,
  })
}

export function useMendMail() {
  return useMutation({
    mutationFn: ({ id, what }: { id: number; what: 'retry' | 'drop' }) =>
      what === 'retry'
        ? request('POST /mail/outbox/{id}/retry', { path: { id } })
        : request('DELETE /mail/outbox/{id}', { path: { id } }),
    onSettled: useForgetMail(),
  })
}
