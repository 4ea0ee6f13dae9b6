import { Button } from '@mantine/core'
import { lazy, Suspense, type FormEvent, type ReactNode } from 'react'
import { t, tOr } from '../locale'
import { Note } from './Advisory'
import { problemText } from './problem-text'
import { useLeaveGuard, type FormState } from './use-form'

const LeaveDialog = lazy(() => import('./LeaveDialog'))

export interface FormProps<V extends object> {
  form: FormState<V>
  label: string
  onSubmit: () => void
  /** words is the prefix of the fields' names in the locale file, for the list of differences. */
  words: string
  /** bar is the buttons at the bottom. */
  bar: ReactNode
  /** quiet: leaving never asks. */
  quiet?: boolean
  /** shown is what a value is called in the list of differences, where it is no text itself. */
  shown?: (value: V[keyof V], field: keyof V & string) => string
  children: ReactNode
}

/** Form is fields, what is wrong beside them, and one bar that says how many changes wait. */
export function Form<V extends object>({ form, label, onSubmit, words, bar, quiet, shown, children }: FormProps<V>) {
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSubmit()
  }
  const waiting = form.dirty.length
  return (
    <form ref={form.ref} className="form" aria-label={label} noValidate onSubmit={submit}>
      <Differences form={form} words={words} shown={shown ?? String} />
      {form.problem && (
        <div role="alert" className="form-problem" tabIndex={-1}>
          <Note tone="failed">
            {problemText(form.problem)}
            {Object.entries(form.problem.fields)
              .filter(([field]) => !(field in form.values))
              .map(([field, message]) => (
                <div key={field}>
                  {field}: {message}
                </div>
              ))}
            {form.problem.requestId && (
              <div className="request-id">
                {t('error.requestId')} <code>{form.problem.requestId}</code>
              </div>
            )}
          </Note>
        </div>
      )}
      {children}
      <div className="form-bar">
        {bar}
        <span className="form-waiting" role="status">
          {waiting > 0 && !quiet && t('form.waiting', { n: waiting })}
        </span>
      </div>
      {!quiet && <LeaveGuard dirty={waiting > 0} count={waiting} />}
    </form>
  )
}

/** LeaveGuard asks before unsaved changes are lost. */
export function LeaveGuard({ dirty, count }: { dirty: boolean; count: number }) {
  const guard = useLeaveGuard(dirty)
  if (guard.status !== 'blocked') return null
  return (
    <Suspense fallback={null}>
      <LeaveDialog count={count} onStay={guard.reset} onLeave={guard.proceed} />
    </Suspense>
  )
}

/** Differences lists what somebody else saved meanwhile in the fields that were changed here too. */
function Differences<V extends object>({
  form,
  words,
  shown,
}: {
  form: FormState<V>
  words: string
  shown: (value: V[keyof V], field: keyof V & string) => string
}) {
  if (form.differences.length === 0) return null
  return (
    <div role="alert" className="differences" tabIndex={-1}>
      <Note tone="failed">
        {t('conflict.title', { who: form.changedBy || t('conflict.somebody') })}
        <table className="differences-table">
          <thead>
            <tr>
              <th>{t('conflict.field')}</th>
              <th>{t('conflict.theirs')}</th>
              <th>{t('conflict.mine')}</th>
              <th>
                <span className="visually-hidden">{t('table.actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {form.differences.map(({ field, mine, theirs }) => (
              <tr key={field}>
                <th scope="row">{tOr(`${words}.${field}`, field)}</th>
                <td>{shown(theirs, field) || '–'}</td>
                <td>{shown(mine, field) || '–'}</td>
                <td className="nowrap">
                  <Button size="compact-sm" variant="default" onClick={() => form.decide(field, 'theirs')}>
                    {t('conflict.takeTheirs')}
                  </Button>{' '}
                  <Button size="compact-sm" variant="default" onClick={() => form.decide(field, 'mine')}>
                    {t('conflict.keepMine')}
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Note>
    </div>
  )
}
