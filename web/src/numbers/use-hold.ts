import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { asProblem, type Problem } from '../api/problem'
import type { Hold } from '../api/types'
import { dropHold, takeHold } from './queries'

export interface HoldState {
  hold: Hold | undefined
  /** lapsed: the number is not kept any longer; somebody else may have it by now. */
  lapsed: boolean
  problem: Problem | undefined
  /** next gives back the number held now and takes another. */
  next: () => void
  /** spent: the number was used, so it is not given back. */
  spent: () => void
}

/** useHold keeps the next free number of a group's or location's pool for one form, and gives it back when the form goes. */
export function useHold(
  groupId: number | undefined,
  locationId: number,
  onHold: (hold: Hold, previous: Hold | undefined) => void,
): HoldState {
  const [hold, setHold] = useState<Hold>()
  const [over, setOver] = useState<Hold>()
  const [problem, setProblem] = useState<Problem>()
  const [round, setRound] = useState(0)
  const current = useRef<Hold>(undefined)
  const last = useRef<Hold>(undefined)
  const dropped = useRef<Promise<unknown>>(Promise.resolve())
  const told = useEffectEvent(onHold)

  useEffect(() => {
    if (groupId === undefined) return
    let gone = false
    // What was given back first may be the next free number.
    dropped.current
      .then(() => takeHold(groupId, locationId))
      .then((taken) => {
        if (gone) {
          dropped.current = dropHold(taken.holdId)
          return
        }
        current.current = taken
        setHold(taken)
        setProblem(undefined)
        told(taken, last.current)
        last.current = taken
      })
      .catch((error: unknown) => {
        if (gone) return
        setHold(undefined)
        setProblem(asProblem(error))
      })
    return () => {
      gone = true
      if (current.current) dropped.current = dropHold(current.current.holdId)
      current.current = undefined
    }
  }, [groupId, locationId, round])

  useEffect(() => {
    if (!hold) return
    const timer = setTimeout(() => setOver(hold), hold.keptSeconds * 1000)
    return () => clearTimeout(timer)
  }, [hold])

  return {
    hold,
    lapsed: hold !== undefined && over === hold,
    problem,
    next: () => setRound((n) => n + 1),
    spent: () => {
      current.current = undefined
    },
  }
}
