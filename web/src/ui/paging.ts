import type { List } from '../api/types'
import { formatNumber } from '../locale'

export interface Paging {
  page: number
  limit: number
  total: number
  /** more: the total is only known to be at least so much, and this is not the last page. */
  more?: boolean
  onPage: (page: number) => void
}

/** pagingOf is the paging of a list as the server gave it: long lists are counted only so far. */
export function pagingOf(list: List<unknown>, page: number, limit: number, onPage: Paging['onPage']): Paging {
  if (!list.totalMore) return { page, limit, total: list.total, onPage }
  const end = (page - 1) * limit + list.items.length
  return { page, limit, total: list.next ? Math.max(list.total, end) : end, more: Boolean(list.next), onPage }
}

/** countOf says how long a list is. */
export function countOf(list: List<unknown>): string {
  return formatNumber(list.total) + (list.totalMore ? '+' : '')
}
