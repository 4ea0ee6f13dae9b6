import { ActionIcon, Button, Switch } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import type { Setting } from '../api/types'
import { t, tOr } from '../locale'
import type { PermissionLevel } from '../search-params'
import { useMay } from '../session/may'
import { settingsQuery } from '../settings/queries'
import { Reach } from '../settings/Reach'
import { ReviewBar } from '../settings/ReviewBar'
import { settingValue } from '../settings/SettingInput'
import { useSettingChanges, valueHere, writeOf, type SettingChanges } from '../settings/use-changes'
import { DataTable, type Column, type ListState, type RowAction } from '../ui/DataTable'
import { IconLock, IconLockOpen, IconPencil, IconPlus, IconTrash } from '../ui/icons'
import { Inherited } from '../ui/Inherited'
import { DeletePermissionDialog } from './DeletePermissionDialog'
import { LevelPicker } from './LevelPicker'
import { PermissionDialog } from './PermissionDialog'
import { permissionsQuery } from './queries'
import { rowName, rowsOf, type PermissionRow } from './rows'

/** PermissionsTab is what accounts may, seen from a level: the organization's unless another is chosen. */
export function PermissionsTab() {
  const { level = 'organization', owner } = useSearch({ from: '/shell/settings' })
  const navigate = useNavigate({ from: '/settings' })
  const chosen = level === 'organization' ? 0 : owner
  return (
    <>
      <p className="dimmed">
        {t('permissions.help')} {t('settings.noInternal')}
      </p>
      <LevelPicker
        level={level}
        owner={owner}
        onChange={(to, whose) =>
          navigate({
            search: { tab: 'permissions', level: to === 'organization' ? undefined : to, owner: whose },
            replace: true,
          })
        }
      />
      {chosen === undefined ? (
        <p className="empty">{t('permissions.choose')}</p>
      ) : (
        <Matrix key={`${level}/${chosen}`} level={level} owner={chosen} />
      )}
    </>
  )
}

interface MatrixProps {
  level: PermissionLevel
  owner: number
}

/** Matrix is the permissions of a place: value, where it comes from, and whether it is locked for whoever is below. */
function Matrix({ level, owner }: MatrixProps) {
  const list = useQuery(settingsQuery(level, owner))
  const permissions = useQuery(permissionsQuery)
  const changes = useSettingChanges(level, owner)
  const may = useMay()('settings:write')
  const [adding, setAdding] = useState(false)
  const [renaming, setRenaming] = useState<PermissionRow['custom']>()
  const [deleting, setDeleting] = useState<PermissionRow['custom']>()
  const rows = list.data && permissions.data && rowsOf(list.data, permissions.data)
  const state: ListState = list.error ? list : permissions
  const columns = permissionColumns({ changes, level, owner, may })
  return (
    <>
      <Table label={t('permissions.builtIn')} rows={rows?.builtIn} columns={columns} state={state} />
      <Table
        label={t('permissions.custom')}
        rows={rows?.added}
        columns={columns}
        state={state}
        {...(may && { onRename: setRenaming, onDelete: setDeleting })}
      >
        <div className="filter-line">
          <p className="dimmed grow">{t('permissions.customHelp')}</p>
          {may && (
            <Button variant="default" leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
              {t('permissions.add')}
            </Button>
          )}
        </div>
      </Table>
      <ReviewBar changes={changes} settings={list.data ?? []} />
      {adding && <PermissionDialog onClose={() => setAdding(false)} />}
      {renaming && <PermissionDialog permission={renaming} onClose={() => setRenaming(undefined)} />}
      {deleting && <DeletePermissionDialog permission={deleting} onClose={() => setDeleting(undefined)} />}
    </>
  )
}

interface TableProps {
  label: string
  rows: PermissionRow[] | undefined
  columns: Column<PermissionRow>[]
  state: ListState
  onRename?: (permission: PermissionRow['custom']) => void
  onDelete?: (permission: PermissionRow['custom']) => void
  children?: ReactNode
}

const menu = (
  onRename: (permission: PermissionRow['custom']) => void,
  onDelete: (permission: PermissionRow['custom']) => void,
): RowAction<PermissionRow>[] => [
  { label: t('permissions.rename'), icon: <IconPencil size={15} />, onClick: (row) => onRename(row.custom) },
  { label: t('delete'), icon: <IconTrash size={15} />, danger: true, onClick: (row) => onDelete(row.custom) },
]

function Table({ label, rows, columns, state, onRename, onDelete, children }: TableProps) {
  return (
    <section className="section permissions" aria-label={label}>
      <h2>{label}</h2>
      {children}
      <DataTable
        label={label}
        columns={columns}
        rows={rows}
        state={state}
        rowKey={(row) => row.setting.key}
        rowName={rowName}
        actions={() => (onRename && onDelete ? menu(onRename, onDelete) : [])}
        empty={<p>{t('permissions.none')}</p>}
      />
    </section>
  )
}

interface CellProps extends MatrixProps {
  changes: SettingChanges
  may: boolean
}

function permissionColumns(props: CellProps): Column<PermissionRow>[] {
  const { changes, level, owner, may } = props
  return [
    {
      id: 'name',
      header: 'permissions.name',
      cell: (row) => (
        <>
          <span className="strong">{rowName(row)}</span>
          {row.custom && <code className="permission-key">{row.custom.name}</code>}
          <div className="dimmed hide-narrow">
            {row.custom ? row.custom.help : tOr(`setting.${row.setting.key}.help`, row.setting.help)}
          </div>
        </>
      ),
    },
    { id: 'value', header: 'permissions.value', cell: (row) => <Value row={row} {...props} /> },
    {
      id: 'origin',
      header: 'permissions.origin',
      cell: ({ setting }) => (
        <>
          <Inherited
            setting={setting}
            pending={changes.of[setting.key] !== undefined}
            onReset={
              setting.own !== undefined && may
                ? () => changes.change(setting, { key: setting.key, value: null })
                : undefined
            }
          />
          {level !== 'user' && <Reach setting={setting} level={level} owner={owner} />}
        </>
      ),
    },
    ...(level === 'user'
      ? []
      : [
          {
            id: 'locked',
            header: 'permissions.locked' as const,
            cell: (row: PermissionRow) => <Lock row={row} {...props} />,
          },
        ]),
  ]
}

/** Value is the switch; what is set here and does not count, since somebody wider locks it, is struck through. */
function Value({ row, changes, may }: CellProps & { row: PermissionRow }) {
  const { setting } = row
  const { value, locked } = valueHere(setting, changes.of[setting.key])
  return (
    <>
      <Switch
        aria-label={rowName(row)}
        checked={value === 'true'}
        disabled={!may || Boolean(setting.bound)}
        onChange={(event) => changes.change(setting, writeOf(setting, String(event.currentTarget.checked), locked))}
      />
      <Struck setting={setting} />
    </>
  )
}

function Struck({ setting }: { setting: Setting }) {
  if (setting.own === undefined || setting.ownCounts) return null
  return <s className="dimmed">{settingValue(setting, setting.own)}</s>
}

/** Lock binds whoever is below to the value; one that was only inherited is set here by that. */
function Lock({ row, changes, may }: CellProps & { row: PermissionRow }) {
  const { setting } = row
  const change = changes.of[setting.key]
  const { value, locked } = valueHere(setting, change)
  const on = locked && (change ? change.value !== null : setting.own !== undefined)
  if (!setting.lockable) return null
  return (
    <ActionIcon
      variant={on ? 'filled' : 'default'}
      aria-label={t('settings.lock', { name: rowName(row) })}
      aria-pressed={on}
      disabled={!may || Boolean(setting.bound)}
      onClick={() => changes.change(setting, writeOf(setting, value, !on))}
    >
      {on ? <IconLock size={16} /> : <IconLockOpen size={16} />}
    </ActionIcon>
  )
}
