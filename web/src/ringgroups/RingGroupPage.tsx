import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { asProblem } from '../api/problem'
import type { RingGroup, RingMember } from '../api/types'
import { History } from '../audit/History'
import { t } from '../locale'
import { idParam } from '../search-params'
import { useMay } from '../session/may'
import { advise } from '../ui/advise'
import { ErrorView } from '../ui/ErrorView'
import { Form } from '../ui/Form'
import { IconPhone } from '../ui/icons'
import { Page } from '../ui/Page'
import { useForm, type FormState } from '../ui/use-form'
import { DeleteRingGroupDialog } from './DeleteRingGroupDialog'
import { ringGroupQuery, useCreateRingGroup, useUpdateRingGroup } from './queries'
import { RingGroupFieldset } from './RingGroupFieldset'
import { RingPicture } from './RingPicture'
import { strategies, knownOf, toWrite, valuesOf, wholeSeconds, type Known, type RingGroupValues } from './values'

/** NewRingGroupPage is the form of a new ring group. */
export function NewRingGroupPage() {
  const form = useForm(valuesOf())
  const names = useKnown()
  const create = useCreateRingGroup()
  const navigate = useNavigate()
  const submit = async () => {
    if (invalid(form)) return
    try {
      const fields = Object.keys(form.values) as (keyof RingGroupValues)[]
      const { data } = await create.mutateAsync(toWrite(form.values, fields))
      advise({ tone: 'done', text: t('ringGroups.created', { name: data.name }) })
      await navigate({ to: '/ring-groups', ignoreBlocker: true })
    } catch (error) {
      form.fail(asProblem(error))
    }
  }
  return (
    <Page title={t('ringGroups.new')}>
      <RingPicture values={form.values} outsideNumbers={[]} known={names.known} />
      <Form
        form={form}
        label={t('ringGroups.new')}
        words="ringGroup"
        onSubmit={submit}
        bar={
          <>
            <Button type="submit" loading={create.isPending}>
              {t('create')}
            </Button>
            <Button variant="default" renderRoot={(props) => <Link to="/ring-groups" {...props} />}>
              {t('cancel')}
            </Button>
          </>
        }
      >
        <RingGroupFieldset form={form} {...names} />
      </Form>
    </Page>
  )
}

/** RingGroupPage is the form of a ring group, or its picture alone for those who may not change it. */
export function RingGroupPage() {
  const id = idParam(useParams({ from: '/shell/ring-groups/$id' }).id)
  const [frozen, freeze] = useState(false)
  const mayWrite = useMay()('pools:write')
  const { data, error, refetch } = useQuery({ ...ringGroupQuery(id), enabled: !frozen })
  if (data && mayWrite) return <Edit key={id} group={data} freeze={freeze} />
  return (
    <Page title={data ? t('ringGroups.title', { name: data.name }) : t('kind.ring_group')}>
      {error && <ErrorView error={error} retry={() => void refetch()} />}
      {!data && !error && <div className="skeleton" role="status" aria-label={t('loading')} />}
      {data && (
        <>
          <RingPicture values={valuesOf(data)} outsideNumbers={data.outsideNumbers} known={knownOf(data)} />
          <History kind="ring_group" id={id} />
        </>
      )}
    </Page>
  )
}

function Edit({ group, freeze }: { group: RingGroup; freeze: (frozen: boolean) => void }) {
  const form = useForm(valuesOf(group))
  const names = useKnown(group)
  const [deleting, setDeleting] = useState(false)
  const update = useUpdateRingGroup(group.id)
  const navigate = useNavigate()
  const may = useMay()
  const submit = useSave({ group, form, save: update.mutateAsync, onMet: names.onMet })
  return (
    <Page
      title={t('ringGroups.title', { name: group.name })}
      action={
        group.number &&
        may('calls:read') && (
          <Button
            variant="default"
            leftSection={<IconPhone size={16} />}
            renderRoot={(props) => <Link to="/calls/try" search={{ dialled: group.number }} {...props} />}
          >
            {t('try.title')}
          </Button>
        )
      }
    >
      <RingPicture values={form.values} outsideNumbers={group.outsideNumbers} known={names.known} />
      <Form
        form={form}
        label={t('ringGroups.editTitle')}
        words="ringGroup"
        onSubmit={submit}
        shown={(value, field) => shown(value, field, names.known)}
        bar={
          <>
            <Button type="submit" loading={update.isPending} disabled={form.differences.length > 0}>
              {t('update')}
            </Button>
            <Button variant="outline" color="red" onClick={() => setDeleting(true)}>
              {t('delete')}
            </Button>
          </>
        }
      >
        <RingGroupFieldset form={form} group={group} {...names} />
      </Form>
      <History kind="ring_group" id={group.id} />
      {deleting && (
        <DeleteRingGroupDialog
          group={group}
          freeze={freeze}
          onClose={() => setDeleting(false)}
          leave={() => void navigate({ to: '/ring-groups', ignoreBlocker: true })}
        />
      )}
    </Page>
  )
}

interface Saving {
  group: RingGroup
  form: FormState<RingGroupValues>
  save: ReturnType<typeof useUpdateRingGroup>['mutateAsync']
  onMet: (group: RingGroup) => void
}

/** useSave saves what differs; when somebody saved meanwhile, what was typed here is laid over what they saved. */
function useSave({ group, form, save, onMet }: Saving) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [version, setVersion] = useState(group.version)
  const attempt = async (from: number) => {
    if (invalid(form)) return
    try {
      if (form.dirty.length > 0) await save({ changes: toWrite(form.values, form.dirty), version: from })
      advise({ tone: 'done', text: t('ringGroups.updated', { name: form.values.name }) })
      await navigate({ to: '/ring-groups', ignoreBlocker: true })
    } catch (error) {
      const problem = asProblem(error)
      if (problem.status !== 412) {
        form.fail(problem)
        return
      }
      const theirs = await client.fetchQuery({ ...ringGroupQuery(group.id), staleTime: 0 })
      setVersion(theirs.version)
      onMet(theirs)
      const both = form.rebase(valuesOf(theirs), problem.conflicts[0]?.changedBy ?? '')
      // What nobody else touched goes on top.
      if (both === 0 && from === version) await attempt(theirs.version)
    }
  }
  return () => attempt(version)
}

function invalid(form: FormState<RingGroupValues>): boolean {
  return form.invalid({
    name: form.values.name.trim() ? undefined : t('ringGroup.nameNeeded'),
    ringSeconds: wholeSeconds(form.values.ringSeconds) ? undefined : t('form.number'),
  })
}

/** useKnown is what those are called whom the form names: who was there, and who was chosen since. */
function useKnown(group?: RingGroup) {
  const [known, setKnown] = useState(() => knownOf(group))
  const add = ({ people, names }: Known) =>
    setKnown((now) => ({ people: { ...now.people, ...people }, names: { ...now.names, ...names } }))
  return {
    known,
    onMet: (theirs: RingGroup) => add(knownOf(theirs)),
    onMeet: (member: RingMember) => add({ people: { [member.id]: member }, names: {} }),
    onName: (value: string, name: string) => add({ people: {}, names: { [value]: name } }),
  }
}

/** shown is what a value is called in the list of differences. */
function shown(value: RingGroupValues[keyof RingGroupValues], field: keyof RingGroupValues, known: Known): string {
  if (Array.isArray(value)) return value.map((id) => known.people[id]?.name ?? String(id)).join(', ')
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no')
  if (field === 'then') return known.names[value] ?? value
  const strategy = field === 'strategy' && strategies.find((one) => one === value)
  return strategy ? t(`ringGroup.strategy.${strategy}`) : value
}
