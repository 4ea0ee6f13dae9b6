import { Button, Select, TextInput } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { dayEnd, dayStart } from '../calls/days'
import { t, tOr } from '../locale'
import { pageSize } from '../search-params'
import { FilterLine } from '../ui/FilterLine'
import { IconDownload } from '../ui/icons'
import { ActorFilter } from './ActorFilter'
import { ChangeList } from './ChangeList'
import { exportAddress } from './queries'

const kinds = [
  'user',
  'user_secret',
  'forwarding',
  'group',
  'device',
  'dial_string',
  'ring_group',
  'extension_pool',
  'location',
  'provisioning_profile',
  'permission',
  'setting',
  'token',
  'organization',
]
const intents = [
  'user.create',
  'user.update',
  'user.reset',
  'user.delete',
  'user.forward',
  'me.forward',
  'group.create',
  'group.update',
  'group.delete',
  'device.update',
  'location.create',
  'location.update',
  'location.delete',
  'profile.create',
  'profile.update',
  'profile.delete',
  'permission.create',
  'permission.update',
  'permission.delete',
  'pool.create',
  'pool.update',
  'pool.delete',
  'number.release',
  'ringGroup.create',
  'ringGroup.update',
  'ringGroup.delete',
  'setting.put',
  'setting.reset',
  'token.create',
  'token.revoke',
  'organization.update',
  'deleted.restore',
  'audit.undo',
]
const ways = ['page', 'api', 'cli']

/** AuditTab is every change: who, when, what, from what to what; and takes it back. */
export function AuditTab() {
  const search = useSearch({ from: '/shell/settings' })
  const navigate = useNavigate({ from: '/settings' })
  const { q, actor, kind, id, intent, by, from, to } = search
  const filter = (change: Partial<typeof search>) =>
    navigate({ search: { ...search, ...change, page: undefined }, replace: true })
  const asked = { q, actor, kind, id, intent, by, from: dayStart(from), to: dayEnd(to) }
  const filtered = Object.values(asked).some((value) => value !== undefined)
  return (
    <>
      <FilterLine label={t('settings.audit')} q={q} onQ={(text) => filter({ q: text })}>
        <ActorFilter value={actor} onChange={(user) => filter({ actor: user })} />
        <Choice
          label={t('audit.filterKind')}
          any={t('audit.anyKind')}
          words="kind"
          values={kinds}
          value={kind}
          onChange={(value) => filter({ kind: value, id: undefined })}
        />
        <Choice
          label={t('audit.filterIntent')}
          any={t('audit.anyIntent')}
          words="intent"
          values={intents}
          value={intent}
          onChange={(value) => filter({ intent: value })}
        />
        <Choice
          label={t('audit.filterBy')}
          any={t('audit.anyWay')}
          words="audit.by"
          values={ways}
          value={by}
          onChange={(value) => filter({ by: value })}
        />
        <TextInput
          type="date"
          aria-label={t('record.from')}
          value={from ?? ''}
          onChange={(event) => filter({ from: event.currentTarget.value || undefined })}
        />
        <TextInput
          type="date"
          aria-label={t('record.to')}
          value={to ?? ''}
          onChange={(event) => filter({ to: event.currentTarget.value || undefined })}
        />
        {filtered && (
          <Button variant="subtle" onClick={() => navigate({ search: { tab: 'audit' } })}>
            {t('filter.clear')}
          </Button>
        )}
        <Button
          component="a"
          variant="default"
          href={exportAddress(asked)}
          download="ringfence-audit.csv"
          leftSection={<IconDownload size={14} />}
        >
          {t('audit.export')}
        </Button>
      </FilterLine>
      {id !== undefined && kind && (
        <p className="dimmed">{t('audit.onlyThing', { kind: tOr(`kind.${kind}`, kind), id: String(id) })}</p>
      )}
      <ChangeList
        label={t('settings.audit')}
        filter={{ ...asked, page: search.page ?? 1, limit: pageSize }}
        onPage={(page) => navigate({ search: { ...search, page } })}
        empty={<p>{filtered ? t('list.noMatchFilter') : t('audit.empty')}</p>}
      />
    </>
  )
}

function Choice({
  label,
  any,
  words,
  values,
  value,
  onChange,
}: {
  label: string
  any: string
  words: string
  values: string[]
  value: string | undefined
  onChange: (value: string | undefined) => void
}) {
  const data = value && !values.includes(value) ? [value, ...values] : values
  return (
    <Select
      aria-label={label}
      placeholder={any}
      clearable
      searchable
      clearButtonProps={{ 'aria-label': t('clear') }}
      data={data.map((one) => ({ value: one, label: tOr(`${words}.${one}`, one) }))}
      value={value ?? null}
      onChange={(one) => onChange(one ?? undefined)}
    />
  )
}
