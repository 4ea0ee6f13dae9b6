import type { Words } from '..'
import type { lists as en } from '../en/lists'

export const lists: Words<typeof en> = {
  'list.noMatch': 'Nichts passt zu „{text}“.',
  'list.noMatchFilter': 'Nichts passt zu diesen Filtern.',
  'list.nothing': 'Nichts gefunden',
  'filter.search': 'Suchen in: {list}',
  'filter.placeholder': 'Suchen',
  'filter.clear': 'Filter aufheben',
  'table.selectAll': 'Alle auf dieser Seite auswählen',
  'table.select': '{name} auswählen',
  'table.actions': 'Aktionen',
  'table.menu': 'Aktionen für {name}',
  'pager.label': 'Seiten von: {list}',
  'pager.back': 'Zurück',
  'pager.forward': 'Vor',
  'pager.page': 'Seite {n}',
  'pager.range': '{from}–{to} von {total}',
  'pager.rangeMore': '{from}–{to} von mehr als {total}',
}
