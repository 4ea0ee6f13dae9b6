import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { read, request } from '../api/client'
import type { Organization, Setting } from '../api/types'

export type Level = 'device' | 'user' | 'group' | 'profile' | 'location' | 'organization' | 'system'

export const settingsKeys = {
  organization: ['organization'] as const,
  settings: (level: Level, owner: number) => ['settings', level, owner] as const,
  tokens: ['tokens'] as const,
}

export const organizationQuery = queryOptions({
  queryKey: settingsKeys.organization,
  queryFn: ({ signal }) => read('GET /organization', { signal }),
})

export type OrganizationWrite = Partial<
  Pick<Organization, 'name' | 'accountName' | 'sipDomain' | 'country' | 'language' | 'timeZone' | 'userLimit'>
>

export function useUpdateOrganization() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ changes, version }: { changes: OrganizationWrite; version: number }) =>
      request('PATCH /organization', { body: changes, version }),
    onSuccess: ({ data }) => {
      client.setQueryData(settingsKeys.organization, data)
      return client.invalidateQueries({ queryKey: ['me'] })
    },
  })
}

export const settingsQuery = (level: Level, owner: number) =>
  queryOptions({
    queryKey: settingsKeys.settings(level, owner),
    queryFn: async ({ signal }): Promise<Setting[]> =>
      (await read('GET /settings', { query: { level, owner, limit: 500 }, signal })).items,
  })

/** SettingWrite is a value to set, null to inherit. */
export interface SettingWrite {
  key: string
  value: string | null
  locked?: boolean
  version?: number | undefined
}

export const reachQuery = (level: Level, owner: number, key: string) =>
  queryOptions({
    queryKey: [...settingsKeys.settings(level, owner), 'reach', key],
    queryFn: ({ signal }) => read('GET /settings/{key}/reach', { path: { key }, query: { level, owner }, signal }),
    staleTime: 0,
  })

/** usePreviewSettings tells for whom changes would change what. */
export function usePreviewSettings(level: Level, owner: number) {
  return useMutation({
    mutationFn: async (values: SettingWrite[]) =>
      (await request('PATCH /settings', { query: { level, owner, dryRun: true }, body: { values } })).data.effects,
  })
}

function useForgetSettings() {
  const client = useQueryClient()
  return () =>
    Promise.all(
      ['settings', 'users', 'devices', 'locations', 'organization', 'me'].map((key) =>
        client.invalidateQueries({ queryKey: [key] }),
      ),
    )
}

/** useWriteSettings sets and resets values of a place, all or none. */
export function useWriteSettings(level: Level, owner: number) {
  return useMutation({
    mutationFn: (values: SettingWrite[]) => request('PATCH /settings', { query: { level, owner }, body: { values } }),
    onSuccess: useForgetSettings(),
  })
}

/** useResetBelow takes what users and devices under a place have of their own. */
export function useResetBelow(level: Level, owner: number, key: string) {
  return useMutation({
    mutationFn: async () =>
      (await request('POST /settings/{key}/reset-below', { path: { key }, query: { level, owner } })).data.reset,
    onSuccess: useForgetSettings(),
  })
}

export const tokensQuery = queryOptions({
  queryKey: settingsKeys.tokens,
  queryFn: ({ signal }) => read('GET /tokens', { query: { limit: 500 }, signal }),
})

export function useCreateToken() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { name: string; scopes: string[]; expiresAt?: string }) => request('POST /tokens', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: settingsKeys.tokens }),
  })
}

export function useDeleteToken() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: number) => request('DELETE /tokens/{id}', { path: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: settingsKeys.tokens }),
  })
}
