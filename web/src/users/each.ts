import { asProblem } from '../api/problem'
import { problemText } from '../ui/problem-text'

export interface Outcome<T> {
  done: T[]
  /** refused is what failed, with the first reason. */
  refused: { count: number; why: string }
}

/** each does one thing to many, one after the other, and goes on when one is refused; progress is told after each. */
export async function each<T, R>(
  things: T[],
  act: (thing: T) => Promise<R>,
  onProgress: (done: number) => void,
): Promise<Outcome<R>> {
  const outcome: Outcome<R> = { done: [], refused: { count: 0, why: '' } }
  for (const [index, thing] of things.entries()) {
    try {
      // eslint-disable-next-line no-await-in-loop
      outcome.done.push(await act(thing))
    } catch (error) {
      outcome.refused.count += 1
      outcome.refused.why ||= problemText(asProblem(error))
    }
    onProgress(index + 1)
  }
  return outcome
}
