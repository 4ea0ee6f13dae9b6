import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { read, request } from '../api/client'
import type {
  ExtensionPool,
  Hold,
  List,
  Occupancy,
  OutsideBlock,
  OutsideInput,
  OutsideNumber,
  OutsideResult,
  Resolution,
} from '../api/types'

export interface NumberFilter {
  q?: string | undefined
  page?: number | undefined
  limit?: number | undefined
}

export interface OutsideFilter extends NumberFilter {
  sort?: string | undefined
  unassigned?: 'true' | 'false' | undefined
  state?: OutsideNumber['state'] | undefined
}

export type PoolWrite = Pick<ExtensionPool, 'name' | 'first' | 'last' | 'enabled'> & { groupId: number }

export const numberKeys = {
  all: ['numbers'] as const,
  list: (filter: NumberFilter) => ['numbers', 'list', filter] as const,
  outside: (filter: OutsideFilter) => ['numbers', 'outside', filter] as const,
  value: (value: string, outside: boolean) => ['numbers', 'value', value, outside] as const,
  block: (block: OutsideBlock) => ['numbers', 'block', block] as const,
  file: (csv: string) => ['numbers', 'file', csv] as const,
  pools: ['pools'] as const,
}

export const numbersQuery = (filter: NumberFilter) =>
  queryOptions({
    queryKey: numberKeys.list(filter),
    queryFn: async ({ signal }): Promise<List<Occupancy>> => {
      const answer = await read('GET /numbers', { query: filter, signal })
      return 'items' in answer ? (answer as List<Occupancy>) : { items: [answer], total: 1 }
    },
    placeholderData: keepPreviousData,
  })

/** outsideQuery is the list of outside numbers, those that lead nowhere first unless sorted otherwise. */
export const outsideQuery = (filter: OutsideFilter) =>
  queryOptions({
    queryKey: numberKeys.outside(filter),
    queryFn: async ({ signal }): Promise<List<OutsideNumber>> => {
      const answer = await read('GET /numbers', { query: { ...filter, kind: 'outside' }, signal })
      return 'items' in answer ? (answer as List<OutsideNumber>) : { items: [], total: 0 }
    },
    placeholderData: keepPreviousData,
  })

/** blockPreviewQuery is what adding a block would do. */
export const blockPreviewQuery = (block: OutsideBlock) =>
  queryOptions({
    queryKey: numberKeys.block(block),
    queryFn: async ({ signal }): Promise<OutsideResult> =>
      (await request('POST /numbers/block', { body: block, query: { dryRun: true }, signal })).data,
    enabled: block.first !== '' && block.last !== '',
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 0,
  })

/** filePreviewQuery is what loading a file would do. */
export const filePreviewQuery = (csv: string | undefined) =>
  queryOptions({
    queryKey: numberKeys.file(csv ?? ''),
    queryFn: async ({ signal }): Promise<OutsideResult> =>
      (await request('POST /numbers/import', { body: { csv: csv ?? '' }, query: { dryRun: true }, signal })).data,
    enabled: csv !== undefined,
    retry: false,
    staleTime: 0,
  })

/** occupancyQuery is who holds a number; with outside it is read as a number of the public network. */
export const occupancyQuery = (value: string, outside = false) =>
  queryOptions({
    queryKey: numberKeys.value(value, outside),
    queryFn: async ({ signal }): Promise<Occupancy> => {
      const answer = await read('GET /numbers', { query: outside ? { value, outside } : { value }, signal })
      return 'items' in answer ? { value, state: 'free' } : answer
    },
    enabled: value !== '',
    staleTime: 5000,
  })

export const poolsQuery = queryOptions({
  queryKey: numberKeys.pools,
  queryFn: ({ signal }) => read('GET /extension-pools', { signal }),
})

function useForgetPools() {
  const client = useQueryClient()
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: numberKeys.pools }),
      client.invalidateQueries({ queryKey: numberKeys.all }),
    ])
}

export function useSavePool() {
  return useMutation({
    mutationFn: ({ pool, values }: { pool: ExtensionPool | undefined; values: PoolWrite }) =>
      pool
        ? request('PATCH /extension-pools/{id}', { path: { id: pool.id }, body: values, version: pool.version })
        : request('POST /extension-pools', { body: values }),
    onSuccess: useForgetPools(),
  })
}

export function useDeletePool() {
  return useMutation({
    mutationFn: (id: number) => request('DELETE /extension-pools/{id}', { path: { id } }),
    onSuccess: useForgetPools(),
  })
}

/** useReleaseNumber frees a number that is held for something deleted. */
export function useReleaseNumber() {
  return useMutation({
    mutationFn: (value: string) => request('POST /numbers/{value}/release', { path: { value } }),
    onSuccess: useForgetPools(),
  })
}

/** takeHold reserves the next free number for one form. */
export async function takeHold(groupId: number, locationId: number): Promise<Hold> {
  return (await request('POST /extension-pools/holds', { body: { groupId, locationId } })).data
}

/** dropHold gives a number back that was not used; should it fail, the hold ends by itself. */
export function dropHold(holdId: number): Promise<unknown> {
  return request('DELETE /extension-pools/holds/{id}', { path: { id: holdId }, keepalive: true }).catch(() => undefined)
}

/** freeNumber is a number that is free now, of the first pool with room. It is not kept. */
export async function freeNumber(): Promise<string> {
  const { number, holdId } = await takeHold(0, 0)
  await dropHold(holdId)
  return number
}

/** useSaveOutside adds an outside number, or changes one. */
export function useSaveOutside() {
  return useMutation({
    mutationFn: ({ number, values }: { number: OutsideNumber | undefined; values: OutsideInput }) =>
      number
        ? request('PATCH /numbers/{id}', { path: { id: number.id }, body: values, version: number.version })
        : request('POST /numbers', { body: values }),
    onSuccess: useForgetOutside(),
  })
}

/** outsideDeletionQuery is where a number is shown that would go. */
export const outsideDeletionQuery = (id: number) =>
  queryOptions({
    queryKey: ['number-deletion', id],
    queryFn: ({ signal }) => read('GET /numbers/{id}/deletion', { path: { id }, signal }),
    staleTime: 0,
    gcTime: 0,
  })

export function useDeleteOutside() {
  return useMutation({
    mutationFn: ({ id, resolution }: { id: number; resolution: Resolution }) =>
      request('DELETE /numbers/{id}', { path: { id }, body: { resolution } }),
    onSuccess: useForgetOutside(),
  })
}

/** useAddBlock adds a range of outside numbers. */
export function useAddBlock() {
  return useMutation({
    mutationFn: (block: OutsideBlock) => request('POST /numbers/block', { body: block }),
    onSuccess: useForgetOutside(),
  })
}

/** useImportOutside loads outside numbers from a file. */
export function useImportOutside() {
  return useMutation({
    mutationFn: (csv: string) => request('POST /numbers/import', { body: { csv } }),
    onSuccess: useForgetOutside(),
  })
}

function useForgetOutside() {
  const client = useQueryClient()
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: numberKeys.all }),
      client.invalidateQueries({ queryKey: ['users'] }),
      client.invalidateQueries({ queryKey: ['ring-groups'] }),
    ])
}
