import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { read, request } from '../api/client'
import type { Device } from '../api/types'

export interface DeviceFilter {
  q?: string | undefined
  user?: number | undefined
  sort?: string | undefined
  page?: number | undefined
  limit?: number | undefined
}

export type DeviceWrite = Partial<Pick<Device, 'name' | 'enabled' | 'security' | 'provisioningProfileId'>>

export const deviceKeys = {
  all: ['devices'] as const,
  list: (filter: DeviceFilter) => ['devices', 'list', filter] as const,
  one: (id: number) => ['devices', 'one', id] as const,
  registrations: ['registrations'] as const,
}

export const devicesQuery = (filter: DeviceFilter) =>
  queryOptions({
    queryKey: deviceKeys.list(filter),
    queryFn: ({ signal }) => read('GET /devices', { query: filter, signal }),
    placeholderData: keepPreviousData,
  })

export const deviceQuery = (id: number) =>
  queryOptions({
    queryKey: deviceKeys.one(id),
    queryFn: ({ signal }) => read('GET /devices/{id}', { path: { id }, signal }),
  })

export const registrationsQuery = (
  filter: { user?: number | undefined; device?: number | undefined; limit?: number } = {},
) =>
  queryOptions({
    queryKey: [...deviceKeys.registrations, filter],
    queryFn: ({ signal }) => read('GET /registrations', { query: filter, signal }),
    placeholderData: keepPreviousData,
  })

export function useUpdateDevice() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, changes, version }: { id: number; changes: DeviceWrite; version?: number }) =>
      request('PATCH /devices/{id}', { path: { id }, body: changes, version }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: deviceKeys.all }),
        client.invalidateQueries({ queryKey: ['users'] }),
      ]),
  })
}

export function useLetIn() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: number) => request('POST /devices/{id}/let-in', { path: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['devices'] }),
  })
}
