import { useSyncExternalStore } from 'react'

export type Tone = 'done' | 'removed' | 'failed'

/** Advice is what the line above a list says about the last change; it stays until one moves on. */
export interface Advice {
  id: number
  tone: Tone
  text: string
  /** note is a softer second sentence. */
  note?: string
  /** undo takes the change back. */
  undo?: () => Promise<void>
  /** act is something else that one may want to do now, with a sentence that says why. */
  act?: { text: string; label: string; run: () => Promise<void> }
  /** next leads to what one would do now. */
  next?: { label: string; to: string }
}

interface State {
  advice: Advice[]
  /** fresh: given just before a move to the page that shall show it. */
  fresh: boolean
}

let state: State = { advice: [], fresh: false }
let count = 0
const listeners = new Set<() => void>()

function update(next: State): void {
  state = next
  for (const listener of listeners) listener()
}

/** advise shows a line on the page that comes next, or with `here` on this one. */
export function advise(advice: Omit<Advice, 'id'>, where: 'next' | 'here' = 'next'): void {
  count += 1
  update({ advice: [{ ...advice, id: count }], fresh: where === 'next' })
}

/** dismissAdvice takes one line away. */
export function dismissAdvice(id: number): void {
  update({ ...state, advice: state.advice.filter((a) => a.id !== id) })
}

/** movedOn is called at each change of page. */
export function movedOn(): void {
  update(state.fresh ? { ...state, fresh: false } : { advice: [], fresh: false })
}

/** useAdvice is the lines to show now. */
export function useAdvice(): Advice[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => state.advice,
  )
}
