import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { read, request } from '../api/client'
import type { Me, MeRequest, SetupRequest } from '../api/types'
import { asProblem } from '../api/problem'

export const sessionKeys = { me: ['me'] as const, setup: ['setup'] as const }

/** meQuery is who is signed in; null for nobody. */
export const meQuery = queryOptions({
  queryKey: sessionKeys.me,
  queryFn: async ({ signal }): Promise<Me | null> => {
    try {
      return await read('GET /me', { signal })
    } catch (error) {
      if (asProblem(error).status === 401) return null
      throw error
    }
  },
  staleTime: 60_000,
})

/** setupQuery is whether this system still waits for its owner. */
export const setupQuery = queryOptions({
  queryKey: sessionKeys.setup,
  queryFn: ({ signal }) => read('GET /setup', { signal }),
  staleTime: 60_000,
})

export interface Credentials {
  login: string
  password: string
  organization?: string
}

/** useSignIn makes a session. */
export function useSignIn() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (credentials: Credentials) => (await request('POST /session', { body: credentials })).data,
    onSuccess: (me) => client.setQueryData(sessionKeys.me, me),
  })
}

/** useUpdateMe changes one's own name, language or time zone. */
export function useUpdateMe() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (body: MeRequest) => (await request('PATCH /me', { body })).data,
    onSuccess: (me) => client.setQueryData(sessionKeys.me, me),
  })
}

/** myLocationsQuery is the locations that everybody may choose for emergencies. */
export const myLocationsQuery = queryOptions({
  queryKey: ['me', 'locations'],
  queryFn: ({ signal }) => read('GET /me/locations', { query: { limit: 500 }, signal }),
})

/** useSignOut ends the session and forgets what it saw. */
export function useSignOut() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => request('DELETE /session', {}),
    onSuccess: () => {
      client.clear()
      client.setQueryData(sessionKeys.me, null)
    },
  })
}

/** useSetUp makes the owner and the organization, and signs the owner in. */
export function useSetUp() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (body: SetupRequest) => (await request('POST /setup', { body })).data,
    onSuccess: (me) => {
      client.setQueryData(sessionKeys.me, me)
      client.setQueryData(sessionKeys.setup, { needed: false })
    },
  })
}
