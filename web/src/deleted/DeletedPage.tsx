import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { asProblem } from '../api/problem'
import type { DeletedThing } from '../api/types'
import { t, tOr } from '../locale'
import { useMay, useMe } from '../session/may'
import { advise } from '../ui/advise'
import { DataTable, type Column } from '../ui/DataTable'
import { countOf } from '../ui/paging'
import { IconRestore, IconTrash } from '../ui/icons'
import { Page } from '../ui/Page'
import { problemText } from '../ui/problem-text'
import { Ago } from '../ui/Time'
import { EraseDialog } from './EraseDialog'
import { deletedQuery, useRestore } from './queries'
import { RestoreDialog, type Proposed } from './RestoreDialog'
import { restoredText } from './restored'

const deletedColumns = (): Column<DeletedThing>[] => [
  { id: 'kind', header: 'deleted.kind', cell: (thing) => tOr(`kind.${thing.kind}`, thing.kind) },
  { id: 'name', header: 'deleted.name', cell: (thing) => <span className="strong">{thing.name}</span> },
  { id: 'with', header: 'deleted.with', hide: 'narrow', cell: (thing) => withText(thing) || '–' },
  { id: 'at', header: 'deleted.at', cell: (thing) => <Ago at={thing.deletedAt} /> },
  { id: 'by', header: 'deleted.by', hide: 'medium', cell: (thing) => thing.deletedBy },
  { id: 'purge', header: 'deleted.purge', hide: 'narrow', cell: (thing) => <Ago at={thing.purgeAt} /> },
]

/** withText counts what went along: "2 accounts, 2 devices". */
function withText(thing: DeletedThing): string {
  return Object.entries(thing.with ?? {})
    .filter(([, n]) => n > 0)
    .map(([kind, n]) => tOr(`count.${kind}`, '', { n }))
    .filter(Boolean)
    .join(', ')
}

/** DeletedPage is what was deleted in the last 30 days, and brings it back whole. */
export function DeletedPage() {
  const list = useQuery(deletedQuery)
  const restore = useRestore()
  const may = useMay()
  const [proposed, setProposed] = useState<Proposed>()
  const [erasing, setErasing] = useState<DeletedThing>()
  const owner = useMe()?.role === 'owner'
  const bringBack = async (thing: DeletedThing) => {
    try {
      advise({ tone: 'done', text: restoredText(thing.name, await restore.mutateAsync({ id: thing.id })) }, 'here')
    } catch (error) {
      const { taken } = asProblem(error).body
      if (taken?.length) setProposed({ thing, taken })
      else advise({ tone: 'failed', text: problemText(asProblem(error)) }, 'here')
    }
  }
  return (
    <Page title={t('menu.deleted')} count={list.data && countOf(list.data)}>
      <p className="dimmed">{t('deleted.help')}</p>
      <DataTable
        label={t('menu.deleted')}
        columns={deletedColumns()}
        rows={list.data?.items}
        state={list}
        rowKey={(thing) => thing.id}
        rowName={(thing) => thing.name}
        {...(owner && {
          actions: () => [{ label: t('erase.menu'), icon: <IconTrash size={15} />, danger: true, onClick: setErasing }],
        })}
        {...(may('deleted:write') && {
          rowButton: (thing: DeletedThing) => (
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconRestore size={14} />}
              loading={restore.isPending && restore.variables.id === thing.id}
              onClick={() => bringBack(thing)}
              aria-label={t('deleted.restoreOne', { name: thing.name })}
            >
              {t('deleted.restore')}
            </Button>
          ),
        })}
        empty={<p>{t('deleted.empty')}</p>}
      />
      {erasing && <EraseDialog thing={erasing} onClose={() => setErasing(undefined)} />}
      {proposed && <RestoreDialog {...proposed} onClose={() => setProposed(undefined)} />}
    </Page>
  )
}
