/** lists: the words of lists, their filters and pages. */
export const lists = {
  'list.noMatch': 'Nothing matches “{text}”.',
  'list.noMatchFilter': 'Nothing matches these filters.',
  'list.nothing': 'Nothing found',
  'filter.search': 'Search in {list}',
  'filter.placeholder': 'Search',
  'filter.clear': 'Clear filters',
  'table.selectAll': 'Select all on this page',
  'table.select': 'Select {name}',
  'table.actions': 'Actions',
  'table.menu': 'Actions for {name}',
  'pager.label': 'Pages of {list}',
  'pager.back': 'Back',
  'pager.forward': 'Forward',
  'pager.page': 'Page {n}',
  'pager.range': '{from}–{to} of {total}',
  'pager.rangeMore': '{from}–{to} of more than {total}',
} as const
