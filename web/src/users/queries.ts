import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { read, request } from '../api/client'
import type { SecretName, User, UserInput } from '../api/types'

export interface UserFilter {
  q?: string | undefined
  group?: number | undefined
  role?: string | undefined
  kind?: User['kind'] | undefined
  enabled?: boolean | undefined
  online?: boolean | undefined
  location?: number | undefined
  signedIn?: boolean | undefined
  managed?: boolean | undefined
  leaving?: boolean | undefined
  sort?: string | undefined
  page?: number | undefined
  limit?: number | undefined
}

export const userKeys = {
  all: ['users'] as const,
  lists: ['users', 'list'] as const,
  list: (filter: UserFilter) => ['users', 'list', filter] as const,
  one: (id: number) => ['users', 'one', id] as const,
}

const flag = (value: boolean | undefined) => (value === undefined ? undefined : value ? 'true' : 'false')

export const usersQuery = (filter: UserFilter) =>
  queryOptions({
    queryKey: userKeys.list(filter),
    queryFn: ({ signal }) =>
      read('GET /users', {
        query: {
          ...filter,
          enabled: flag(filter.enabled),
          online: flag(filter.online),
          signedIn: flag(filter.signedIn),
          managed: flag(filter.managed),
          leaving: flag(filter.leaving),
        },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

export const userQuery = (id: number) =>
  queryOptions({
    queryKey: userKeys.one(id),
    queryFn: ({ signal }) => read('GET /users/{id}', { path: { id }, signal }),
  })

/** useForgetUsers: groups count their members, the plan names its holders, the organization counts its users. */
function useForgetUsers() {
  const client = useQueryClient()
  return () =>
    Promise.all(
      ['users', 'groups', 'numbers', 'pools', 'devices', 'organization', 'me'].map((key) =>
        client.invalidateQueries({ queryKey: [key] }),
      ),
    )
}

export function useCreateUser() {
  return useMutation({
    mutationFn: ({ body, dryRun }: { body: UserInput; dryRun?: boolean }) =>
      request('POST /users', { body, query: { dryRun } }),
    onSuccess: useForgetUsers(),
  })
}

export function useUpdateUser() {
  return useMutation({
    mutationFn: ({ id, changes, version }: { id: number; changes: UserInput; version?: number }) =>
      request('PATCH /users/{id}', { path: { id }, body: changes, version }),
    onSuccess: useForgetUsers(),
  })
}

export function useDeleteUser() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: number) => request('DELETE /users/{id}', { path: { id } }),
    onSuccess: () => void client.invalidateQueries(),
  })
}

export function useResetSecrets() {
  return useMutation({
    mutationFn: ({ id, secrets }: { id: number; secrets: SecretName[] }) =>
      request('POST /users/{id}/reset', { path: { id }, body: { secrets } }),
    onSuccess: useForgetUsers(),
  })
}

/** locationChoices is every location, for menus. */
export const locationChoices = queryOptions({
  queryKey: ['locations', 'choices'],
  queryFn: ({ signal }) => read('GET /locations', { query: { limit: 500, sort: 'name' }, signal }),
  staleTime: 60_000,
})
