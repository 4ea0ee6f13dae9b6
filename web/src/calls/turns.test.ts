import { expect, test } from 'vitest'
import type { TriedNext, TriedWay } from '../api/types'
import { turns } from './turns'

const sales = { id: 3, name: 'Sales', number: '701' }
const way = (more: Partial<TriedWay>, after: TriedNext[] = []): TriedWay => ({
  outcome: 'ring',
  steps: [],
  then: after,
  ...more,
})
const next = (more: Partial<TriedWay>, after: TriedNext[] = []): TriedNext => ({
  ...way(more, after),
  when: 'notTaken',
})

test('members who ring one after the other are one list, and what follows stands after it', () => {
  const elsewhere = next({ callee: { id: 7, displayName: 'Anna Berg', number: '200' } })
  const third = next({ group: sales, seconds: 8 }, [elsewhere])
  const second = next({ group: sales, seconds: 8 }, [third])
  const first = way({ group: sales, seconds: 8 }, [second])
  expect(turns(first)).toEqual({ members: [second, third], last: third })
})

test('another ring group, a wait, and somebody’s own cases are not of the list', () => {
  for (const after of [
    next({ group: { ...sales, id: 4 } }),
    next({ group: sales, outcome: 'wait' }),
    { ...next({}), when: 'busy' as const },
  ]) {
    const first = way({ group: sales }, [after])
    expect(turns(first)).toEqual({ members: [], last: first })
  }
  const alone = way({ callee: { id: 7, displayName: 'Anna Berg', number: '200' } }, [next({})])
  expect(turns(alone).last).toBe(alone)
})
