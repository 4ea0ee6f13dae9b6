import { Button, MultiSelect, Select, TagsInput, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { request, type AnswerOf, type Request } from '../api/client'
import { asProblem, type Problem } from '../api/problem'
import type { User } from '../api/types'
import { groupChoices } from '../groups/queries'
import { languages, t, tOr } from '../locale'
import { timeZones } from '../locale/zones'
import { PasswordAgain } from '../session/PasswordAgain'
import { passwordNeeded } from '../session/PasswordDialog'
import { useMay, useMe } from '../session/may'
import { advise } from '../ui/advise'
import { ErrorView } from '../ui/ErrorView'
import { locationChoices } from './queries'
import { roleChoices } from './roles'
import { Modal } from '../ui/Modal'

type Result = AnswerOf<'POST /users/bulk'>
type Body = Request<'POST /users/bulk'>['body']

const texts = ['department', 'jobTitle'] as const
const unset: Record<string, string> = {}

/** BulkDialog changes chosen fields of chosen accounts: what would change is shown first, then all of it is done at once. */
export function BulkDialog({ users, onClose, onDone }: { users: User[]; onClose: () => void; onDone: () => void }) {
  const client = useQueryClient()
  const [fields, setFields] = useState(unset)
  const [add, setAdd] = useState<string[]>([])
  const [remove, setRemove] = useState<string[]>([])
  const [preview, setPreview] = useState<Result>()
  const [problem, setProblem] = useState<Problem>()
  const [busy, setBusy] = useState(false)
  const [asking, setAsking] = useState(false)
  const groups = useQuery(groupChoices).data?.items ?? []
  const given = Object.keys(fields).length + add.length + remove.length > 0

  const body = (): Body => ({
    ids: users.map((user) => user.id),
    changes: changesOf(fields),
    ...(add.length > 0 && { addGroups: add.map((name) => ({ name })) }),
    ...(remove.length > 0 && { removeGroups: remove.map(Number) }),
  })
  const run = async (dryRun: boolean) => {
    setBusy(true)
    setProblem(undefined)
    try {
      const { data, changeSet } = await request('POST /users/bulk', { body: body(), query: { dryRun } })
      if (dryRun) setPreview(data)
      else await finish(data, changeSet)
    } catch (error) {
      const failure = asProblem(error)
      if (passwordNeeded(failure)) setAsking(true)
      else setProblem(failure)
    }
    setBusy(false)
  }
  const finish = async (data: Result, changeSet: number) => {
    await client.invalidateQueries()
    advise(
      {
        tone: 'done',
        text: t('bulk.changed', { n: data.changed }),
        ...(changeSet > 0 && {
          undo: async () => {
            await request('POST /audit/{id}/undo', { path: { id: changeSet } })
            await client.invalidateQueries()
            advise({ tone: 'done', text: t('bulk.undone', { n: data.changed }) }, 'here')
          },
        }),
      },
      'here',
    )
    onDone()
  }
  const set = (field: string, value: string | null) => {
    setPreview(undefined)
    setFields((now) =>
      Object.fromEntries(Object.entries({ ...now, [field]: value ?? '' }).filter(([, chosen]) => chosen !== '')),
    )
  }
  if (asking) {
    return (
      <PasswordAgain
        onClose={() => setAsking(false)}
        onDone={async () => {
          setAsking(false)
          await run(false)
        }}
      />
    )
  }
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      title={t('bulk.editTitle', { n: users.length })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <div className="dialog">
        <p className="dimmed">{t('bulk.editHelp')}</p>
        <div className="bulk-fields">
          <Choices fields={fields} set={set} groups={groups} />
          {texts.map((field) => (
            <TextInput
              key={field}
              label={t(`user.${field}`)}
              placeholder={t('bulk.unchanged')}
              value={fields[field] ?? ''}
              onChange={(event) => set(field, event.currentTarget.value)}
            />
          ))}
          <TagsInput
            label={t('bulk.addGroups')}
            data={groups.map((group) => group.name)}
            value={add}
            onChange={(names) => {
              setPreview(undefined)
              setAdd(names)
            }}
            acceptValueOnBlur
          />
          <MultiSelect
            label={t('bulk.removeGroups')}
            data={groups.map((group) => ({ value: String(group.id), label: group.name }))}
            value={remove}
            onChange={(ids) => {
              setPreview(undefined)
              setRemove(ids)
            }}
            searchable
          />
        </div>
        {problem && <ErrorView error={problem} />}
        {preview && <Preview result={preview} />}
        <div className="dialog-bar">
          {preview ? (
            <Button loading={busy} disabled={preview.refused > 0 || preview.changed === 0} onClick={() => run(false)}>
              {t('bulk.apply', { n: preview.changed })}
            </Button>
          ) : (
            <Button loading={busy} disabled={!given} onClick={() => run(true)}>
              {t('bulk.preview')}
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
        </div>
      </div>
    </Modal>
  )
}

/** changesOf turns choices into what the server takes. */
function changesOf(fields: Record<string, string>): NonNullable<Body>['changes'] {
  const out: Record<string, unknown> = { ...fields }
  if (fields.enabled) out.enabled = fields.enabled === 'true'
  if (fields.groupId) out.groupId = Number(fields.groupId)
  if (fields.locationId) out.locationId = Number(fields.locationId)
  if (fields.security === 'inherited') out.security = ''
  return out as NonNullable<Body>['changes']
}

function Choices({
  fields,
  set,
  groups,
}: {
  fields: Record<string, string>
  set: (field: string, value: string | null) => void
  groups: { id: number; name: string }[]
}) {
  const may = useMay()
  const owner = useMe()?.role === 'owner'
  const locations = useQuery(locationChoices).data?.items ?? []
  const choices = [
    { field: 'groupId', data: groups.map((group) => ({ value: String(group.id), label: group.name })) },
    {
      field: 'enabled',
      data: [
        { value: 'true', label: t('enabled') },
        { value: 'false', label: t('disabled') },
      ],
    },
    ...(may('roles:write') ? [{ field: 'role', data: roleChoices(owner) }] : []),
    {
      field: 'security',
      data: [
        { value: 'inherited', label: t('security.from.organization') },
        { value: 'secure', label: t('security.secure') },
        { value: 'any', label: t('security.any') },
      ],
    },
    ...(locations.length > 0
      ? [
          {
            field: 'locationId',
            data: [
              { value: '0', label: t('bulk.noLocation') },
              ...locations.map((location) => ({ value: String(location.id), label: location.name })),
            ],
          },
        ]
      : []),
    { field: 'language', data: Object.entries(languages).map(([value, label]) => ({ value, label })) },
    { field: 'timeZone', data: timeZones() },
  ]
  return choices.map(({ field, data }) => (
    <Select
      key={field}
      label={tOr(`user.${field}`, field)}
      placeholder={t('bulk.unchanged')}
      clearable
      clearButtonProps={{ 'aria-label': t('clear') }}
      searchable={data.length > 8}
      data={data}
      value={fields[field] ?? null}
      onChange={(value) => set(field, value)}
    />
  ))
}

/** Preview is who changes from what to what, and who can't. */
function Preview({ result }: { result: Result }) {
  return (
    <section aria-label={t('bulk.previewTitle')} className="bulk-preview">
      <p role="status">
        {t('bulk.would', { n: result.changed, total: String(result.chosen) })}
        {result.refused > 0 && <strong className="bad"> {t('bulk.wouldRefuse', { n: result.refused })}</strong>}
      </p>
      {/* It scrolls, so the keyboard must reach it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <ul tabIndex={0}>
        {result.users.map((user) => (
          <li key={user.id}>
            <strong>{user.displayName}</strong> <span className="digits dimmed">{user.number}</span>
            {user.problem && <div className="bad">{user.problem}</div>}
            {user.changes.map((change) => (
              <div key={change.field}>
                {tOr(`user.${change.field}`, change.field)}: <del>{shown(change.field, change.from)}</del> →{' '}
                <ins>{shown(change.field, change.to)}</ins>
              </div>
            ))}
          </li>
        ))}
      </ul>
    </section>
  )
}

function shown(field: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? t('yes') : t('no')
  const text = String(value ?? '')
  if (field === 'role') return tOr(`role.${text}`, text)
  if (field === 'security') return tOr(`security.${text}`, text || '–')
  return text || '–'
}
