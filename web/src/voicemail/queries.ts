import { keepPreviousData, queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { fileAt, read, request, upload } from '../api/client'
import type { GreetingKind, VoicemailBox } from '../api/types'
import { useMe } from '../session/may'

export interface MessageFilter {
  q?: string | undefined
  page?: number | undefined
  limit?: number | undefined
  state?: 'new' | 'saved' | 'deleted' | undefined
}

export interface MailboxFilter {
  q?: string | undefined
  sort?: string | undefined
  page?: number | undefined
  limit?: number | undefined
  group?: number | undefined
}

export const voicemailKeys = {
  all: ['voicemail'] as const,
  box: ['voicemail', 'box'] as const,
  messages: (filter: MessageFilter) => ['voicemail', 'messages', filter] as const,
  mailboxes: (filter: MailboxFilter) => ['voicemail', 'mailboxes', filter] as const,
}

export const myBoxQuery = queryOptions({
  queryKey: voicemailKeys.box,
  queryFn: ({ signal }) => read('GET /me/voicemail/box', { signal }),
})

/** useMyBox is one's own mailbox, where one may have one: operators never do. */
export function useMyBox(): VoicemailBox | undefined {
  const me = useMe()
  return useQuery({ ...myBoxQuery, enabled: me?.kind === 'person' }).data
}

/** inUse is whether there is a reason to look into a mailbox: callers reach it, or something is left in it. */
export const inUse = (box: VoicemailBox | undefined): box is VoicemailBox =>
  box !== undefined && (box.mailbox || box.new + box.saved > 0)

export const messagesQuery = (filter: MessageFilter) =>
  queryOptions({
    queryKey: voicemailKeys.messages(filter),
    queryFn: ({ signal }) => read('GET /me/voicemail', { query: filter, signal }),
    placeholderData: keepPreviousData,
  })

export const mailboxesQuery = (filter: MailboxFilter) =>
  queryOptions({
    queryKey: voicemailKeys.mailboxes(filter),
    queryFn: ({ signal }) => read('GET /voicemail', { query: filter, signal }),
    placeholderData: keepPreviousData,
  })

/** messageSound and greetingSound are where the browser finds what was said. */
export const messageSound = (id: number) => fileAt('GET /me/voicemail/{id}/audio', { id })
export const greetingSound = (kind: GreetingKind) => fileAt('GET /me/greetings/{kind}/audio', { kind })

function useForget() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: voicemailKeys.all })
}

/** useMarkMessage makes a message a heard one, or a new one again. */
export function useMarkMessage() {
  return useMutation({
    mutationFn: ({ id, state }: { id: number; state: 'new' | 'saved' }) =>
      request('PATCH /me/voicemail/{id}', { path: { id }, body: { state } }),
    onSettled: useForget(),
  })
}

export function useDeleteMessage() {
  return useMutation({
    mutationFn: (id: number) => request('DELETE /me/voicemail/{id}', { path: { id } }),
    onSettled: useForget(),
  })
}

export function useRestoreMessage() {
  return useMutation({
    mutationFn: (id: number) => request('POST /me/voicemail/{id}/restore', { path: { id } }),
    onSettled: useForget(),
  })
}

export function useForwardMessage(id: number) {
  return useMutation({
    mutationFn: (to: { userIds?: number[]; numbers?: string[] }) =>
      request('POST /me/voicemail/{id}/forward', { path: { id }, body: to }),
  })
}

export interface GreetingFile {
  kind: GreetingKind
  file: Blob
  /** onShare tells how much has arrived, from 0 to 1. */
  onShare?: (share: number) => void
}

export function usePutGreeting() {
  return useMutation({
    mutationFn: ({ kind, file, onShare }: GreetingFile) =>
      upload('PUT /me/greetings/{kind}', { path: { kind }, file, type: 'audio/wav', onShare }),
    onSettled: useForget(),
  })
}

export function useDeleteGreeting() {
  return useMutation({
    mutationFn: (kind: GreetingKind) => request('DELETE /me/greetings/{kind}', { path: { kind } }),
    onSettled: useForget(),
  })
}
