import { Button, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { ExtensionPool, Occupancy } from '../api/types'
import { t, tOr } from '../locale'
import { pageSize } from '../search-params'
import { HolderLink } from '../ringgroups/HolderLink'
import type { Holder } from '../ringgroups/values'
import { useMay } from '../session/may'
import { DataTable, type Column } from '../ui/DataTable'
import { pagingOf } from '../ui/paging'
import { FilterLine } from '../ui/FilterLine'
import { useNewKey } from '../ui/hotkeys'
import { IconPencil, IconPlus, IconTrash } from '../ui/icons'
import { StateMark } from '../ui/marks'
import { Page } from '../ui/Page'
import { AddNumbersDialog } from './AddNumbersDialog'
import { kindText } from './occupancy'
import { OutsideTab } from './OutsideTab'
import { DeletePoolDialog, PoolDialog } from './PoolDialog'
import { ReleaseDialog } from './ReleaseDialog'
import { numbersQuery, poolsQuery } from './queries'

const tabs = ['outside', 'pools', 'plan'] as const

/** NumbersPage is what can be dialled: outside numbers, the pools from which free numbers are offered, and the whole plan. */
export function NumbersPage() {
  const { tab: chosen, for: user, forGroup } = useSearch({ from: '/shell/numbers' })
  const to = holderFor(user, forGroup)
  const navigate = useNavigate({ from: '/numbers' })
  const may = useMay()
  const [making, setMaking] = useState(to !== undefined)
  const tab = tabs.find((one) => one === chosen) ?? 'outside'
  const mayWrite = may('pools:write') && tab !== 'plan'
  useNewKey(() => {
    if (mayWrite) setMaking(true)
  })
  return (
    <Page
      title={t('menu.numbers')}
      action={
        mayWrite && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
            {tab === 'pools' ? t('pools.new') : t('outside.add')}
          </Button>
        )
      }
    >
      <Tabs
        value={tab}
        onChange={(next) => navigate({ search: { tab: next ?? undefined } })}
        activateTabWithKeyboard={false}
        keepMounted={false}
      >
        <div className="tabs-line">
          <Tabs.List>
            {tabs.map((value) => (
              <Tabs.Tab key={value} value={value}>
                {t(`${value}.tab`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </div>
        <Tabs.Panel value="outside">
          <OutsideTab onNew={() => setMaking(true)} />
        </Tabs.Panel>
        <Tabs.Panel value="pools">
          <Pools onNew={() => setMaking(true)} />
        </Tabs.Panel>
        <Tabs.Panel value="plan">
          <Plan />
        </Tabs.Panel>
      </Tabs>
      {making && tab === 'pools' && <PoolDialog onClose={() => setMaking(false)} />}
      {making && tab === 'outside' && (
        <AddNumbersDialog
          to={to}
          onClose={() => {
            setMaking(false)
            // The next one added is for nobody in particular.
            if (to) navigate({ search: (now) => ({ ...now, for: undefined, forGroup: undefined }), replace: true })
          }}
        />
      )}
    </Page>
  )
}

/** holderFor is whom the address says that a number is for. */
function holderFor(user: number | undefined, group: number | undefined): Holder | undefined {
  if (user) return { kind: 'user', id: user }
  return group ? { kind: 'ring_group', id: group } : undefined
}

const poolColumns = (): Column<ExtensionPool>[] => [
  { id: 'name', header: 'pool.name', cell: (pool) => <span className="strong">{pool.name}</span> },
  { id: 'range', header: 'pool.range', numeric: true, cell: (pool) => `${pool.first} – ${pool.last}` },
  { id: 'group', header: 'pool.group', hide: 'narrow', cell: (pool) => pool.groupName || t('pool.everybody') },
  {
    id: 'free',
    header: 'pool.free',
    numeric: true,
    cell: (pool) => (pool.free === 0 ? t('pool.full') : String(pool.free)),
  },
  { id: 'enabled', header: 'pool.state', hide: 'narrow', cell: (pool) => <StateMark enabled={pool.enabled} /> },
]

function Pools({ onNew }: { onNew: () => void }) {
  const list = useQuery(poolsQuery)
  const may = useMay()
  const [editing, setEditing] = useState<ExtensionPool>()
  const [deleting, setDeleting] = useState<ExtensionPool>()
  const mayWrite = may('pools:write')
  return (
    <>
      <p className="dimmed">{t('pools.help')}</p>
      <DataTable
        label={t('pools.tab')}
        columns={poolColumns()}
        rows={list.data?.items}
        state={list}
        rowKey={(pool) => pool.id}
        rowName={(pool) => pool.name}
        {...(mayWrite && {
          onOpen: setEditing,
          actions: () => [
            { label: t('edit'), icon: <IconPencil size={15} />, onClick: setEditing },
            { label: t('delete'), icon: <IconTrash size={15} />, danger: true, onClick: setDeleting },
          ],
        })}
        empty={
          <>
            <p>{t('pools.empty')}</p>
            {mayWrite && <Button onClick={onNew}>{t('pools.new')}</Button>}
          </>
        }
      />
      {editing && <PoolDialog pool={editing} onClose={() => setEditing(undefined)} />}
      {deleting && <DeletePoolDialog pool={deleting} onClose={() => setDeleting(undefined)} />}
    </>
  )
}

const planColumns = (): Column<Occupancy>[] => [
  {
    id: 'value',
    header: 'plan.value',
    sort: 'value',
    numeric: true,
    cell: (number) => <span className="strong nowrap">{number.shown || number.value}</span>,
  },
  { id: 'kind', header: 'plan.kind', cell: (number) => kindText(number.kind) },
  {
    id: 'holder',
    header: 'plan.holder',
    cell: ({ holder, reason, kind }) => {
      if (holder?.name) return kind === 'held' ? holder.name : <HolderLink holder={holder}>{holder.name}</HolderLink>
      if (kind === 'outside') return t('outside.nowhere')
      return kind === 'feature' ? '–' : reason || '–'
    },
  },
  {
    id: 'state',
    header: 'plan.state',
    hide: 'narrow',
    cell: (number) => tOr(`number.state.${number.state}`, number.state),
  },
]

function Plan() {
  const search = useSearch({ from: '/shell/numbers' })
  const navigate = useNavigate({ from: '/numbers' })
  const page = search.page ?? 1
  const may = useMay()
  const list = useQuery(numbersQuery({ q: search.q, page, limit: pageSize }))
  const [releasing, setReleasing] = useState<Occupancy>()
  return (
    <>
      <FilterLine
        label={t('plan.tab')}
        q={search.q}
        onQ={(q) => navigate({ search: { ...search, q, page: undefined }, replace: true })}
      />
      <DataTable
        label={t('plan.tab')}
        columns={planColumns()}
        rows={list.data?.items}
        state={list}
        rowKey={(number) => number.value}
        rowName={(number) => number.value}
        {...(may('numbers:write') && {
          rowButton: (number: Occupancy) =>
            number.kind === 'held' && (
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => setReleasing(number)}
                aria-label={t('plan.releaseOne', { number: number.value })}
              >
                {t('plan.release')}
              </Button>
            ),
        })}
        paging={list.data && pagingOf(list.data, page, pageSize, (to) => navigate({ search: { ...search, page: to } }))}
        empty={<p>{search.q ? t('list.noMatch', { text: search.q }) : t('plan.empty')}</p>}
      />
      {releasing && <ReleaseDialog number={releasing} onClose={() => setReleasing(undefined)} />}
    </>
  )
}
