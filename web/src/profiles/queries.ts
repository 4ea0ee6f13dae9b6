import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { read, request } from '../api/client'
import type { ProfileInput, Resolution } from '../api/types'
import type { SettingWrite } from '../settings/queries'

export const profileKeys = {
  all: ['provisioning-profiles'] as const,
  one: (id: number) => ['provisioning-profiles', 'one', id] as const,
  deletion: (id: number) => ['profile-deletion', id] as const,
}

/** profilesQuery is every provisioning profile: there are few. */
export const profilesQuery = queryOptions({
  queryKey: profileKeys.all,
  queryFn: ({ signal }) => read('GET /provisioning-profiles', { signal }),
  staleTime: 60_000,
})

export const profileQuery = (id: number) =>
  queryOptions({
    queryKey: profileKeys.one(id),
    queryFn: ({ signal }) => read('GET /provisioning-profiles/{id}', { path: { id }, signal }),
  })

/** profileDeletionQuery is who has a profile, and what is asked when it goes. */
export const profileDeletionQuery = (id: number) =>
  queryOptions({
    queryKey: profileKeys.deletion(id),
    queryFn: ({ signal }) => read('GET /provisioning-profiles/{id}/deletion', { path: { id }, signal }),
    staleTime: 0,
    gcTime: 0,
  })

function useForgetProfiles() {
  const client = useQueryClient()
  return () =>
    Promise.all(
      ['provisioning-profiles', 'groups', 'users', 'devices', 'settings'].map((key) =>
        client.invalidateQueries({ queryKey: [key] }),
      ),
    )
}

/** useCreateProfile makes a profile, and gives it values where it is a copy of another. */
export function useCreateProfile() {
  return useMutation({
    mutationFn: async ({ body, values }: { body: ProfileInput; values: SettingWrite[] }) => {
      const { data } = await request('POST /provisioning-profiles', { body })
      if (values.length > 0)
        await request('PATCH /settings', { query: { level: 'profile', owner: data.id }, body: { values } })
      return data
    },
    // Also when it failed: the profile may be there while its values are not.
    onSettled: useForgetProfiles(),
  })
}

export function useUpdateProfile(id: number) {
  return useMutation({
    mutationFn: ({ changes, version }: { changes: ProfileInput; version: number }) =>
      request('PATCH /provisioning-profiles/{id}', { path: { id }, body: changes, version }),
    onSuccess: useForgetProfiles(),
  })
}

export function useDeleteProfile(id: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (resolution: Resolution) =>
      request('DELETE /provisioning-profiles/{id}', { path: { id }, body: { resolution } }),
    onSuccess: () => void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'profile-deletion' }),
  })
}
