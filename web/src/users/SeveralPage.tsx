import { Button, Select, Table, TagsInput, Textarea, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { request, type AnswerOf } from '../api/client'
import { asProblem, type Problem } from '../api/problem'
import { groupChoices } from '../groups/queries'
import { t } from '../locale'
import { advise } from '../ui/advise'
import { ErrorView } from '../ui/ErrorView'
import { Page } from '../ui/Page'
import { showCard } from '../ui/secrets'
import { InviteBox } from './Invite'

type Result = AnswerOf<'POST /users/several'>
type Row = Result['rows'][number]
type Field = 'firstName' | 'lastName' | 'email' | 'number'

const fields: readonly Field[] = ['firstName', 'lastName', 'email', 'number']

/** SeveralPage makes several accounts from pasted lines: what would be made stands in a table that can be mended. */
export function SeveralPage() {
  const search = useSearch({ from: '/shell/accounts/several' })
  const groups = useQuery(groupChoices).data?.items ?? []
  const client = useQueryClient()
  const navigate = useNavigate()
  const [group, setGroup] = useState(search.group ? String(search.group) : null)
  const [further, setFurther] = useState<string[]>([])
  const [invite, setInvite] = useState(false)
  const [text, setText] = useState('')
  const [rows, setRows] = useState<Row[]>()
  const [edited, setEdited] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const [busy, setBusy] = useState(false)
  const home = group ?? (groups.length === 1 ? String(groups[0]?.id) : null)

  const ask = async (entries: Pick<Row, Field>[] | undefined, dryRun: boolean) => {
    setBusy(true)
    setProblem(undefined)
    try {
      const { data } = await request('POST /users/several', {
        query: { dryRun },
        body: {
          ...(entries ? { rows: entries.map(entryOf) } : { text }),
          common: {
            groupId: Number(home),
            ...(invite && { invite: true }),
            ...(further.length > 0 && { groups: further.map((name) => ({ name })) }),
          },
        },
      })
      if (dryRun) {
        setRows(data.rows)
        setEdited(false)
      } else await finish(data)
    } catch (error) {
      setProblem(asProblem(error))
    }
    setBusy(false)
  }
  const finish = async (data: Result) => {
    for (const row of data.rows.toReversed()) {
      if (row.card) showCard({ ...row.card, userId: row.card.id, name: row.card.displayName })
    }
    await client.invalidateQueries()
    advise({ tone: 'done', text: t('several.done', { n: data.rows.length }) })
    await navigate({ to: '/accounts', search: { group: Number(home) } })
  }
  const change = (index: number, field: Field, value: string) => {
    setEdited(true)
    setRows((now) => now?.map((row, at) => (at === index ? { ...row, [field]: value } : row)))
  }
  const refused = rows?.filter((row) => row.problems.length > 0).length ?? 0
  return (
    <Page title={t('several.title')}>
      <div className="form">
        <p className="dimmed">{t('several.help')}</p>
        <div className="fields labels-left">
          <Select
            label={t('user.groupId')}
            placeholder={t('user.chooseGroup')}
            searchable
            data={groups.map((one) => ({ value: String(one.id), label: one.name }))}
            value={home}
            onChange={setGroup}
          />
          <TagsInput
            label={t('user.groups')}
            description={t('user.groupsHelp')}
            data={groups.filter((one) => String(one.id) !== home).map((one) => one.name)}
            value={further}
            onChange={setFurther}
            acceptValueOnBlur
          />
        </div>
        <InviteBox
          user={{ kind: 'person', email: '-' }}
          checked={invite}
          onChange={(on) => {
            setInvite(on)
            setEdited(true)
          }}
        />
        {!rows && (
          <Textarea
            label={t('several.lines')}
            description={t('several.linesHelp')}
            placeholder={t('several.example')}
            autosize
            minRows={8}
            maxRows={20}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            spellCheck={false}
            autoFocus
          />
        )}
        {rows && (
          <Rows rows={rows} onChange={change} onRemove={(at) => setRows(rows.filter((_, index) => index !== at))} />
        )}
        {rows && (
          <p role="status">
            {t('several.would', { n: rows.length - refused })}
            {refused > 0 && <strong className="bad"> {t('several.refused', { n: refused })}</strong>}
          </p>
        )}
        {problem && <ErrorView error={problem} />}
        <div className="form-bar">
          {rows && !edited && refused === 0 ? (
            <Button loading={busy} disabled={rows.length === 0} onClick={() => ask(rows, false)}>
              {t('several.create', { n: rows.length })}
            </Button>
          ) : (
            <Button
              loading={busy}
              disabled={!home || (rows ? rows.length === 0 : !text.trim())}
              onClick={() => ask(rows, true)}
            >
              {rows ? t('several.again') : t('several.preview')}
            </Button>
          )}
          {rows && (
            <>
              <Button
                variant="default"
                onClick={() => {
                  setEdited(true)
                  setRows(rows.map(swapped))
                }}
              >
                {t('several.swap')}
              </Button>
              <Button variant="default" onClick={() => setRows(undefined)}>
                {t('several.back')}
              </Button>
            </>
          )}
          <Button variant="subtle" color="gray" renderRoot={(props) => <Link to="/accounts" {...props} />}>
            {t('cancel')}
          </Button>
        </div>
      </div>
    </Page>
  )
}

function swapped(row: Row): Row {
  return { ...row, firstName: row.lastName, lastName: row.firstName }
}

function entryOf({ firstName, lastName, email, number }: Pick<Row, Field>): Pick<Row, Field> {
  return { firstName, lastName, email, number }
}

function Rows({
  rows,
  onChange,
  onRemove,
}: {
  rows: Row[]
  onChange: (index: number, field: Field, value: string) => void
  onRemove: (index: number) => void
}) {
  return (
    <div className="table-wrap">
      <Table className="data-table several" aria-label={t('several.table')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>#</Table.Th>
            {fields.map((field) => (
              <Table.Th key={field}>{t(`user.${field}`)}</Table.Th>
            ))}
            <Table.Th>{t('user.username')}</Table.Th>
            <Table.Th>
              <span className="visually-hidden">{t('table.actions')}</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, index) => (
            // The rows have no other name than their place.
            // eslint-disable-next-line react/no-array-index-key
            <Table.Tr key={index}>
              <Table.Td className="digits">{index + 1}</Table.Td>
              {fields.map((field) => (
                <Table.Td key={field}>
                  <TextInput
                    size="xs"
                    aria-label={t('several.cell', { what: t(`user.${field}`), n: String(index + 1) })}
                    value={row[field]}
                    onChange={(event) => onChange(index, field, event.currentTarget.value)}
                    error={row.problems.find((problem) => problem.field === field)?.message}
                  />
                </Table.Td>
              ))}
              <Table.Td>
                {row.username}
                {row.problems
                  .filter((problem) => !(fields as readonly string[]).includes(problem.field))
                  .map((problem) => (
                    <div key={problem.field} className="bad">
                      {problem.message}
                    </div>
                  ))}
              </Table.Td>
              <Table.Td>
                <Button
                  size="compact-xs"
                  variant="subtle"
                  color="gray"
                  aria-label={t('several.removeRow', { n: String(index + 1) })}
                  onClick={() => onRemove(index)}
                >
                  {t('several.remove')}
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
