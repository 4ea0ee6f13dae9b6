import { queryOptions } from '@tanstack/react-query'
import { read } from '../api/client'

/** locationChoices is the locations to choose from. */
export const locationChoices = queryOptions({
  queryKey: ['locations', 'choices'],
  queryFn: ({ signal }) => read('GET /locations', { query: { limit: 500 }, signal }),
})
