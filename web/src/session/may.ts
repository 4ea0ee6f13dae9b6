import { useQuery } from '@tanstack/react-query'
import type { Me } from '../api/types'
import { meQuery } from './queries'

/** useMe is who is signed in; pages inside the frame are only drawn when somebody is. */
export function useMe(): Me | null {
  return useQuery(meQuery).data ?? null
}

/** useMay is whether the signed-in person has a permission. The server decides; this only hides what it would refuse. */
export function useMay(): (permission: string) => boolean {
  const permissions = useMe()?.permissions
  return (permission) => permissions?.includes(permission) ?? false
}
