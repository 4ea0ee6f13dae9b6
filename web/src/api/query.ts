import { QueryClient } from '@tanstack/react-query'
import { asProblem } from './problem'

const retryEveryMs = 5000

/** makeQueryClient: nothing is fetched twice for nothing, and what failed is tried again by itself. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        gcTime: 5 * 60_000,
        retry: false,
        refetchOnWindowFocus: true,
        refetchInterval: (query) => {
          if (query.state.status !== 'error') return false
          const { status } = asProblem(query.state.error)
          return status === 0 || status === 429 || status >= 500 ? retryEveryMs : false
        },
      },
      mutations: { retry: false },
    },
  })
}
