import { useBlocker } from '@tanstack/react-router'
import { useEffect, useRef, useState, type ChangeEvent, type RefObject } from 'react'
import type { Problem } from '../api/problem'
import { changedFields, merge, type Difference } from './merge'

type Name<V> = keyof V & string
export type Errors<V> = Partial<Record<Name<V>, string>>

export interface FormState<V extends object> {
  ref: RefObject<HTMLFormElement | null>
  values: V
  base: V
  dirty: Name<V>[]
  errors: Errors<V>
  /** problem is what the server refused, where it belongs to no field of this form. */
  problem: Problem | undefined
  differences: Difference<V>[]
  changedBy: string
  tab: string | null
  setTab: (tab: string | null) => void
  set: <K extends Name<V>>(name: K, value: V[K]) => void
  /** start makes values the ones to compare with: after loading, and after saving. */
  start: (values: V) => void
  /** offer fills a field without counting as a change: a suggestion is nobody's typing. */
  offer: <K extends Name<V>>(name: K, value: V[K]) => void
  /** invalid shows errors and focuses the first; without any it answers true. */
  invalid: (errors: Errors<V>) => boolean
  fail: (problem: Problem) => void
  /** rebase takes what somebody saved meanwhile below what is typed here, and says how many fields both changed. */
  rebase: (theirs: V, changedBy: string) => number
  decide: (field: Name<V>, whose: 'mine' | 'theirs') => void
  text: (name: Name<V>) => TextProps
  choice: (name: Name<V>) => {
    name: string
    value: string
    onChange: (value: string | null) => void
    error: string | undefined
  }
  check: (name: Name<V>) => { name: string; checked: boolean; onChange: (event: ChangeEvent<HTMLInputElement>) => void }
}

export interface TextProps {
  name: string
  value: string
  onChange: (event: ChangeEvent<HTMLInputElement>) => void
  error: string | undefined
  'aria-invalid': true | undefined
}

/** useForm keeps what is typed, what was there before, and what is wrong with it; a tab may be open from the start. */
export function useForm<V extends object>(initial: V, opened: string | null = null): FormState<V> {
  const ref = useRef<HTMLFormElement>(null)
  const [base, setBase] = useState(initial)
  const [values, setValues] = useState(initial)
  const [errors, setErrors] = useState<Errors<V>>({})
  const [problem, setProblem] = useState<Problem>()
  const [conflict, setConflict] = useState<{ differences: Difference<V>[]; changedBy: string }>({
    differences: [],
    changedBy: '',
  })
  const [tab, setTab] = useState(opened)
  const attempt = useFocusOnError(ref, setTab)

  const set: FormState<V>['set'] = (name, value) => {
    setValues((now) => ({ ...now, [name]: value }))
    setErrors((now) => (now[name] ? { ...now, [name]: undefined } : now))
  }
  const invalid = (found: Errors<V>) => {
    setErrors(found)
    setProblem(undefined)
    const any = Object.values(found).some(Boolean)
    if (any) attempt()
    return any
  }
  const put = (name: Name<V>, value: unknown) => set(name, value as V[Name<V>])

  return {
    ref,
    values,
    base,
    dirty: changedFields(base, values),
    errors,
    problem,
    ...conflict,
    tab,
    setTab,
    set,
    start: (next) => {
      setBase(next)
      setValues(next)
      setErrors({})
      setProblem(undefined)
      setConflict({ differences: [], changedBy: '' })
    },
    offer: (name, value) => {
      setBase((now) => ({ ...now, [name]: value }))
      set(name, value)
    },
    invalid,
    fail: (failure) => {
      const known: Errors<V> = {}
      let all = Object.keys(failure.fields).length > 0
      for (const [field, message] of Object.entries(failure.fields)) {
        if (field in values) known[field as Name<V>] = message
        else all = false
      }
      setErrors(known)
      setProblem(all ? undefined : failure)
      attempt()
    },
    rebase: (theirs, changedBy) => {
      const { merged, differences } = merge(base, values, theirs)
      setBase(theirs)
      setValues(merged)
      setConflict({ differences, changedBy })
      setProblem(undefined)
      if (differences.length > 0) attempt()
      return differences.length
    },
    decide: (field, whose) => {
      const found = conflict.differences.find((d) => d.field === field)
      if (found && whose === 'theirs') put(field, found.theirs)
      setConflict((now) => ({ ...now, differences: now.differences.filter((d) => d.field !== field) }))
    },
    text: (name) => ({
      name,
      value: String(values[name] ?? ''),
      onChange: (event) => put(name, event.currentTarget.value),
      error: errors[name],
      // Not every input of the component set says so by itself.
      'aria-invalid': errors[name] ? true : undefined,
    }),
    choice: (name) => ({
      name,
      value: String(values[name] ?? ''),
      onChange: (value) => put(name, value ?? ''),
      error: errors[name],
    }),
    check: (name) => ({
      name,
      checked: Boolean(values[name]),
      onChange: (event) => put(name, event.currentTarget.checked),
    }),
  }
}

/** useFocusOnError focuses what asks for an answer, or the first field with an error, opening the tab it stands under. */
function useFocusOnError(ref: RefObject<HTMLFormElement | null>, setTab: (tab: string) => void): () => void {
  const [attempts, setAttempts] = useState(0)
  useEffect(() => {
    if (attempts === 0) return
    const field = ref.current?.querySelector<HTMLElement>('.differences, [aria-invalid="true"], .form-problem')
    if (!field) return
    const tab = field.closest<HTMLElement>('[data-tab]')?.dataset.tab
    if (tab) setTab(tab)
    const frame = requestAnimationFrame(() => field.focus())
    return () => cancelAnimationFrame(frame)
  }, [attempts, ref, setTab])
  return () => setAttempts((n) => n + 1)
}

/** useLeaveGuard asks before unsaved changes are lost, also when the browser's own page is left. */
export function useLeaveGuard(dirty: boolean) {
  return useBlocker({
    shouldBlockFn: () => dirty,
    enableBeforeUnload: () => dirty,
    disabled: !dirty,
    withResolver: true,
  })
}
