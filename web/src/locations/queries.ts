import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { read, request } from '../api/client'
import type { LocationInput, Resolution } from '../api/types'

export interface LocationFilter {
  q?: string | undefined
  sort?: string | undefined
  page?: number | undefined
  limit?: number | undefined
}

export const locationKeys = {
  all: ['locations'] as const,
  list: (filter: LocationFilter) => ['locations', 'list', filter] as const,
  one: (id: number) => ['locations', 'one', id] as const,
  deletion: (id: number) => ['location-deletion', id] as const,
}

export const locationsQuery = (filter: LocationFilter) =>
  queryOptions({
    queryKey: locationKeys.list(filter),
    queryFn: ({ signal }) => read('GET /locations', { query: filter, signal }),
    placeholderData: keepPreviousData,
  })

export const locationQuery = (id: number) =>
  queryOptions({
    queryKey: locationKeys.one(id),
    queryFn: ({ signal }) => read('GET /locations/{id}', { path: { id }, signal }),
  })

export const locationDeletionQuery = (id: number) =>
  queryOptions({
    queryKey: locationKeys.deletion(id),
    queryFn: ({ signal }) => read('GET /locations/{id}/deletion', { path: { id }, signal }),
    staleTime: 0,
    gcTime: 0,
  })

function useForgetLocations() {
  const client = useQueryClient()
  return () =>
    Promise.all(['locations', 'users', 'pools', 'settings'].map((key) => client.invalidateQueries({ queryKey: [key] })))
}

export function useCreateLocation() {
  return useMutation({
    mutationFn: (body: LocationInput) => request('POST /locations', { body }),
    onSuccess: useForgetLocations(),
  })
}

export function useUpdateLocation(id: number) {
  return useMutation({
    mutationFn: ({ changes, version }: { changes: LocationInput; version: number }) =>
      request('PATCH /locations/{id}', { path: { id }, body: changes, version }),
    onSuccess: useForgetLocations(),
  })
}

export function useDeleteLocation(id: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (resolution: Resolution) => request('DELETE /locations/{id}', { path: { id }, body: { resolution } }),
    onSuccess: () =>
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'location-deletion' }),
  })
}
