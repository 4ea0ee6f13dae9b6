import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import type { ChangeSet } from '../api/types'
import { t } from '../locale'
import { useMay } from '../session/may'
import { DataTable, type Column } from '../ui/DataTable'
import { pagingOf } from '../ui/paging'
import { IconRestore } from '../ui/icons'
import { Ago } from '../ui/Time'
import { changeText } from './change-text'
import { ChangeDetails } from './ChangeDetails'
import { auditQuery, type AuditFilter } from './queries'
import { UndoDialog } from './UndoDialog'

const columns = (brief: boolean): Column<ChangeSet>[] => [
  ...(brief
    ? []
    : [
        {
          id: 'id',
          header: 'audit.number',
          numeric: true,
          hide: 'narrow',
          cell: (change: ChangeSet) => String(change.id),
        } as const,
      ]),
  { id: 'at', header: 'audit.at', cell: (change) => <Ago at={change.at} /> },
  { id: 'actor', header: 'audit.actor', cell: (change) => change.actor.name },
  { id: 'what', header: 'audit.what', cell: (change) => <ChangeDetails change={change} /> },
  { id: 'source', header: 'audit.source', hide: 'medium', cell: (change) => change.source },
]

/** ChangeList is changes, the newest first, each with its undo. */
export function ChangeList({
  label,
  filter,
  onPage,
  empty,
  brief = false,
}: {
  label: string
  filter: AuditFilter & { page: number; limit: number }
  onPage: (page: number) => void
  empty: ReactNode
  brief?: boolean
}) {
  const may = useMay()
  const list = useQuery(auditQuery(filter))
  const [undoing, setUndoing] = useState<ChangeSet>()
  return (
    <>
      <DataTable
        label={label}
        columns={columns(brief)}
        rows={list.data?.items}
        state={list}
        rowKey={(change) => change.id}
        rowName={changeText}
        {...(may('audit:undo') && {
          rowButton: (change: ChangeSet) =>
            change.intent.startsWith('setup.') ? null : change.undoneBy ? (
              <span className="dimmed nowrap">{t('audit.undone', { id: String(change.undoneBy) })}</span>
            ) : (
              <Button
                size="compact-sm"
                variant="default"
                leftSection={<IconRestore size={14} />}
                onClick={() => setUndoing(change)}
                aria-label={t('audit.undoOne', { what: changeText(change) })}
              >
                {t('undo')}
              </Button>
            ),
        })}
        paging={list.data && pagingOf(list.data, filter.page, filter.limit, onPage)}
        empty={empty}
      />
      {undoing && <UndoDialog change={undoing} onClose={() => setUndoing(undefined)} />}
    </>
  )
}
