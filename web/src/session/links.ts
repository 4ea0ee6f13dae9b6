import { queryOptions, useMutation } from '@tanstack/react-query'
import { read, request } from '../api/client'

/** linkQuery is what a one-time link is for. */
export const linkQuery = (token: string) =>
  queryOptions({
    // The token is no part of the key: nothing that outlives the page holds it.
    queryKey: ['link'],
    queryFn: async ({ signal }) => (await request('POST /session/link', { body: { token }, signal })).data,
    enabled: token !== '',
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })

export function useChoosePassword() {
  return useMutation({
    mutationFn: async (body: { token: string; password: string }) =>
      (await request('POST /session/link/password', { body })).data,
  })
}

export function useConfirmEmail() {
  return useMutation({
    mutationFn: async (token: string) => (await request('POST /session/link/email', { body: { token } })).data,
  })
}

/** forgotQuery is whether a forgotten password can be helped by mail. */
export const forgotQuery = queryOptions({
  queryKey: ['forgot'],
  queryFn: ({ signal }) => read('GET /session/forgot', { signal }),
  staleTime: 60_000,
})

export function useForgot() {
  return useMutation({ mutationFn: (login: string) => request('POST /session/forgot', { body: { login } }) })
}
