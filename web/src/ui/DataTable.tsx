import { ActionIcon, Checkbox, Menu, Table, UnstyledButton } from '@mantine/core'
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { t, type TextKey } from '../locale'
import { ErrorView } from './ErrorView'
import { IconArrowDown, IconArrowUp, IconDots, IconGrip } from './icons'
import { Pager } from './Pager'
import type { Paging } from './paging'
import { useRowDrag, type Drop } from './use-row-drag'

export interface Column<T> {
  id: string
  header: TextKey
  cell: (row: T) => ReactNode
  /** sort is the server's name for sorting by this column. */
  sort?: string
  numeric?: boolean
  /** hide: on narrow (or already on middling) screens. */
  hide?: 'narrow' | 'medium'
}

export interface RowAction<T> {
  label: string
  icon?: ReactNode
  danger?: boolean
  disabled?: boolean
  onClick: (row: T) => void
}

/** ListState is the part of a query that a table needs. */
export interface ListState {
  isPending: boolean
  isFetching: boolean
  error: Error | null
  refetch: () => unknown
}

export interface DataTableProps<T> {
  label: string
  columns: Column<T>[]
  rows: T[] | undefined
  state: ListState
  rowKey: (row: T) => string | number
  rowName: (row: T) => string
  onOpen?: (row: T) => void
  /** keys are further keys of a row; they come before what the table itself does. */
  keys?: Record<string, (row: T) => void>
  actions?: (row: T) => RowAction<T>[]
  /** action is one thing to do that stands in the row itself. */
  rowButton?: (row: T) => ReactNode
  /** onDrop lets rows be dragged to another place. */
  onDrop?: ((row: T, drop: Drop<T>) => void) | undefined
  sort?: string | undefined
  onSort?: (sort: string) => void
  selected?: ReadonlySet<string | number>
  onSelect?: (selected: Set<string | number>) => void
  paging?: Paging
  /** chosenBar is what one does to the chosen rows. */
  chosenBar?: ReactNode
  /** empty is what a list without rows says. */
  empty: ReactNode
}

/** DataTable is the one table: sorting by the server, a menu per row, arrows, Enter and Space. */
export function DataTable<T>(props: DataTableProps<T>) {
  const { rows, state, paging, empty, label } = props
  if (!rows) {
    if (state.error) return <ErrorView error={state.error} retry={() => void state.refetch()} retrying />
    return <div className="skeleton" role="status" aria-label={t('loading')} />
  }
  return (
    <>
      {state.error && <ErrorView error={state.error} retry={() => void state.refetch()} retrying />}
      {props.chosenBar && (props.selected?.size ?? 0) > 0 && <div className="chosen-bar">{props.chosenBar}</div>}
      {rows.length === 0 ? <div className="empty">{empty}</div> : <Rows {...props} rows={rows} />}
      {paging && <Pager {...paging} label={label} />}
    </>
  )
}

function Rows<T>(props: DataTableProps<T> & { rows: T[] }) {
  const { columns, rows, rowKey, rowName, actions, rowButton, onOpen, selected, onSelect } = props
  const { active, setActive, onKeyDown, body } = useRowKeys(props)
  const drag = useRowDrag(props.onDrop)
  const all = selected !== undefined && rows.every((row) => selected.has(rowKey(row)))
  const toggle = (key: string | number) => onSelect?.(toggled(selected, key))
  return (
    <div className="table-wrap">
      <Table
        className="data-table"
        aria-label={props.label}
        highlightOnHover={onOpen !== undefined}
        horizontalSpacing="sm"
      >
        <Table.Thead>
          <Table.Tr>
            {props.onDrop && <Table.Td className="cell-grip" />}
            {onSelect && (
              <Table.Th className="cell-check">
                <Checkbox
                  size="xs"
                  aria-label={t('table.selectAll')}
                  checked={all}
                  indeterminate={!all && (selected?.size ?? 0) > 0}
                  onChange={() => onSelect(all ? new Set() : new Set(rows.map(rowKey)))}
                />
              </Table.Th>
            )}
            {columns.map((column) => (
              <HeaderCell key={column.id} column={column} sort={props.sort} onSort={props.onSort} />
            ))}
            {(actions ?? rowButton) && (
              <Table.Th className="cell-menu">
                <span className="visually-hidden">{t('table.actions')}</span>
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody ref={body} onKeyDown={onKeyDown}>
          {rows.map((row, index) => {
            const key = rowKey(row)
            return (
              <Table.Tr
                key={key}
                tabIndex={index === active ? 0 : -1}
                data-selected={selected?.has(key) || undefined}
                onFocus={() => setActive(index)}
                {...drag(row)}
              >
                {props.onDrop && (
                  <Table.Td className="cell-grip">
                    <IconGrip size={16} aria-hidden />
                  </Table.Td>
                )}
                {onSelect && (
                  <Table.Td className="cell-check">
                    <Checkbox
                      size="xs"
                      tabIndex={-1}
                      aria-label={t('table.select', { name: rowName(row) })}
                      checked={selected?.has(key) ?? false}
                      onChange={() => toggle(key)}
                    />
                  </Table.Td>
                )}
                {columns.map((column) => (
                  <Table.Td key={column.id} className={cellClass(column)}>
                    {column.cell(row)}
                  </Table.Td>
                ))}
                {(actions ?? rowButton) && (
                  <Table.Td className="cell-menu">
                    {rowButton?.(row)}
                    {actions && actions(row).length > 0 && (
                      <RowMenu row={row} name={rowName(row)} actions={actions(row)} />
                    )}
                  </Table.Td>
                )}
              </Table.Tr>
            )
          })}
        </Table.Tbody>
      </Table>
    </div>
  )
}

function cellClass<T>(column: Column<T>): string {
  return [column.numeric && 'digits', column.hide && `hide-${column.hide}`].filter(Boolean).join(' ')
}

function toggled(selected: ReadonlySet<string | number> | undefined, key: string | number): Set<string | number> {
  const next = new Set(selected)
  if (!next.delete(key)) next.add(key)
  return next
}

function HeaderCell<T>({
  column,
  sort,
  onSort,
}: {
  column: Column<T>
  sort?: string | undefined
  onSort?: ((sort: string) => void) | undefined
}) {
  const up = column.sort !== undefined && sort === column.sort
  const down = column.sort !== undefined && sort === `-${column.sort}`
  const ariaSort = up ? 'ascending' : down ? 'descending' : undefined
  return (
    <Table.Th className={cellClass(column)} aria-sort={ariaSort}>
      {column.sort && onSort ? (
        <UnstyledButton className="sort-button" onClick={() => onSort(up ? `-${column.sort}` : (column.sort ?? ''))}>
          {t(column.header)}
          {up && <IconArrowUp size={12} aria-hidden />}
          {down && <IconArrowDown size={12} aria-hidden />}
        </UnstyledButton>
      ) : (
        t(column.header)
      )}
    </Table.Th>
  )
}

function RowMenu<T>({ row, name, actions }: { row: T; name: string; actions: RowAction<T>[] }) {
  const dots = useRef<HTMLButtonElement>(null)
  // A dialog gives the focus back to what had it: the line of the menu is gone by then, the row is not.
  const act = (action: RowAction<T>) => {
    dots.current?.closest('tr')?.focus()
    action.onClick(row)
  }
  return (
    <Menu width={200}>
      <Menu.Target>
        <ActionIcon
          ref={dots}
          variant="subtle"
          color="gray"
          size="sm"
          tabIndex={-1}
          aria-label={t('table.menu', { name })}
          data-row-menu
        >
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {actions.map((action) => (
          <Menu.Item
            key={action.label}
            leftSection={action.icon}
            className={action.danger ? 'danger-item' : undefined}
            disabled={action.disabled}
            onClick={() => act(action)}
          >
            {action.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

const interactive = 'a, button, input, select, textarea, summary'

/** useRowKeys moves one focus through the rows: arrows, Home, End; Enter opens, Space selects, m opens the menu. */
function useRowKeys<T>({ rows, rowKey, onOpen, keys, onSelect, selected }: DataTableProps<T> & { rows: T[] }) {
  const [index, setActive] = useState(0)
  const body = useRef<HTMLTableSectionElement>(null)
  const active = Math.min(index, rows.length - 1)
  const held = useRef(false)

  const move = (to: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, to))
    setActive(next)
    held.current = true
    body.current?.rows[next]?.focus()
  }
  // A row that was put elsewhere takes the focus along.
  useEffect(() => {
    const at = [...(body.current?.rows ?? [])].findIndex((row) => row === document.activeElement)
    if (at >= 0) setActive(at)
  }, [rows])
  // Rows that went away take the focus with them: give it to the row that stands there now.
  useEffect(() => {
    if (held.current && document.activeElement === document.body) body.current?.rows[active]?.focus()
  }, [active, rows.length])

  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[active]
    // The row's menu has its own keys; its events come through here as well.
    if (event.target instanceof Element && event.target.closest('[role="menu"], [role="dialog"]')) return
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return
    const inside = event.target instanceof Element && event.target.closest(interactive) !== null
    const jumps: Record<string, number> = { ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: rows.length - 1 }
    const jump = jumps[event.key]
    if (jump !== undefined) move(jump)
    else if (inside) return
    else if (keys?.[event.key]) keys[event.key]?.(row)
    else if (event.key === 'Enter' && onOpen) onOpen(row)
    else if (event.key === ' ' && onSelect) onSelect(toggled(selected, rowKey(row)))
    else if (event.key === 'm') {
      event.stopPropagation() // the menu takes a key outside it for a wish to close it
      body.current?.rows[active]?.querySelector<HTMLElement>('[data-row-menu]')?.click()
    } else return
    event.preventDefault()
  }
  return { active, setActive, onKeyDown, body }
}
