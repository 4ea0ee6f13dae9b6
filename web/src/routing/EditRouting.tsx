import { Button } from '@mantine/core'
import { useEffect, useState, type ReactNode } from 'react'
import { asProblem } from '../api/problem'
import type { Forwarding } from '../api/types'
import { t } from '../locale'
import { Form } from '../ui/Form'
import { useForm } from '../ui/use-form'
import type { Editing } from './Picture'
import type { ForwardingWrite } from './queries'
import { namesOf, toWrite, valuesOf, type ForwardCase, type NamedBy, type RoutingValues } from './values'

export interface EditRoutingProps {
  forwarding: Forwarding
  by: NamedBy
  /** at is the case to begin with. */
  at?: ForwardCase | undefined
  write: (input: ForwardingWrite) => Promise<{ data: Forwarding }>
  reread: () => Promise<Forwarding>
  saving: boolean
  onSaved: (saved: Forwarding) => void
  onCancel: () => void
  /** picture draws what is changed. */
  picture: (values: RoutingValues, editing: Editing) => ReactNode
}

/** EditRouting is the picture as a form: one bar, errors beside their fields, and whose value counts when two saved. */
export function EditRouting({ forwarding, by, at, onCancel, picture, ...rest }: EditRoutingProps) {
  const form = useForm(valuesOf(forwarding, by))
  const [names, setNames] = useState(() => namesOf(forwarding, by))
  const name = (more: Record<string, string>) => setNames((known) => ({ ...known, ...more }))
  const save = useSave({ forwarding, by, form, name, ...rest })
  const { ref } = form
  useEffect(() => {
    ref.current?.querySelector<HTMLElement>(`[data-case="${at ?? 'always'}"] input`)?.focus()
  }, [ref, at])
  return (
    <Form
      form={form}
      label={t('routing.edit')}
      words="forwarding"
      onSubmit={() => void save()}
      shown={(value) => (typeof value === 'boolean' ? t(value ? 'yes' : 'no') : (names[value] ?? value))}
      bar={
        <>
          <Button type="submit" loading={rest.saving} disabled={form.differences.length > 0}>
            {t('ok')}
          </Button>
          <Button variant="default" onClick={onCancel}>
            {t('cancel')}
          </Button>
        </>
      }
    >
      {picture(form.values, {
        form,
        ...(by === 'id' && { names, onName: (id: string, called: string) => name({ [id]: called }) }),
      })}
    </Form>
  )
}

type Saving = Pick<EditRoutingProps, 'forwarding' | 'by' | 'write' | 'reread' | 'onSaved'> & {
  form: ReturnType<typeof useForm<RoutingValues>>
  name: (more: Record<string, string>) => void
}

/** useSave saves what differs; when somebody saved meanwhile, what is chosen is laid over what they saved. */
function useSave({ forwarding, by, form, name, write, reread, onSaved }: Saving) {
  const [version, setVersion] = useState(forwarding.version)
  const attempt = async (from: number) => {
    try {
      const { data } =
        form.dirty.length > 0
          ? await write({ changes: toWrite(form.values, form.dirty, by), version: from || undefined })
          : { data: forwarding }
      onSaved(data)
    } catch (error) {
      const problem = asProblem(error)
      if (problem.status !== 412) {
        form.fail(problem)
        return
      }
      const theirs = await reread()
      setVersion(theirs.version)
      name(namesOf(theirs, by))
      const both = form.rebase(valuesOf(theirs, by), problem.conflicts[0]?.changedBy ?? '')
      // What nobody else touched goes on top.
      if (both === 0 && from === version) await attempt(theirs.version)
    }
  }
  return () => attempt(version)
}
