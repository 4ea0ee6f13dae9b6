import type { Words } from '..'
import type { lists as en } from '../en/lists'

export const lists: Words<typeof en> = {
  'list.noMatch': 'Nessun risultato per «{text}».',
  'list.noMatchFilter': 'Nessun risultato con questi filtri.',
  'list.nothing': 'Nessun risultato',
  'filter.search': 'Cerca in: {list}',
  'filter.placeholder': 'Cerca',
  'filter.clear': 'Rimuovi i filtri',
  'table.selectAll': 'Seleziona tutti in questa pagina',
  'table.select': 'Seleziona {name}',
  'table.actions': 'Azioni',
  'table.menu': 'Azioni per {name}',
  'pager.label': 'Pagine di: {list}',
  'pager.back': 'Indietro',
  'pager.forward': 'Avanti',
  'pager.page': 'Pagina {n}',
  'pager.range': '{from}–{to} di {total}',
  'pager.rangeMore': '{from}–{to} di oltre {total}',
}
