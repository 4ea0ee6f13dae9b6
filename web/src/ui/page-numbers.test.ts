import { expect, test } from 'vitest'
import { pageNumbers } from './page-numbers'

test.each([
  { page: 1, pages: 1, shown: [1] },
  { page: 2, pages: 4, shown: [1, 2, 3, 4] },
  { page: 1, pages: 40, shown: [1, 2, 3, 0, 40] },
  { page: 5, pages: 9, shown: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
  { page: 20, pages: 40, shown: [1, 0, 18, 19, 20, 21, 22, 0, 40] },
  { page: 9, pages: 3, shown: [1, 2, 3] },
])('page $page of $pages offers $shown', ({ page, pages, shown }) => {
  expect(pageNumbers(page, pages)).toEqual(shown)
})
