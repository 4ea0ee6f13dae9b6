import type { TriedNext, TriedWay } from '../api/types'

/**
 * turns takes apart a call to a ring group that rings one after the other: which members follow, and what becomes of the
 * call after the last of them. They are one list for whoever reads it, however deep they are in one another.
 */
export function turns(way: TriedWay): { members: TriedNext[]; last: TriedWay } {
  const members: TriedNext[] = []
  let last = way
  for (let next = follower(last); next; next = follower(last)) {
    members.push(next)
    last = next
  }
  return { members, last }
}

/** follower is the member of the same ring group that rings when nobody took the call before. */
function follower({ group, then }: TriedWay): TriedNext | undefined {
  const [next] = then
  const same = group !== undefined && next?.group?.id === group.id
  return same && next.when === 'notTaken' && next.outcome === 'ring' ? next : undefined
}
