/** Difference is one field that two people changed, each in another way. */
export interface Difference<V> {
  field: keyof V & string
  mine: V[keyof V]
  theirs: V[keyof V]
}

/** same compares values of a form: texts, switches, and lists of them. */
export function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}

/** changedFields are those of `now` that are not as in `base`. */
export function changedFields<V extends object>(base: V, now: V): (keyof V & string)[] {
  return (Object.keys(now) as (keyof V & string)[]).filter((field) => !same(base[field], now[field]))
}

/**
 * merge brings together what I typed and what somebody saved meanwhile, both begun from the same base: a field that one
 * side changed takes that side; a field that both changed differently is a difference to decide, and stays mine until then.
 */
export function merge<V extends object>(base: V, mine: V, theirs: V): { merged: V; differences: Difference<V>[] } {
  const merged = { ...theirs }
  const differences: Difference<V>[] = []
  for (const field of changedFields(base, mine)) {
    merged[field] = mine[field]
    if (!same(base[field], theirs[field]) && !same(mine[field], theirs[field])) {
      differences.push({ field, mine: mine[field], theirs: theirs[field] })
    }
  }
  return { merged, differences }
}

/** pick is the named fields alone. */
export function pick<V extends object, K extends keyof V>(values: V, fields: readonly K[]): Pick<V, K> {
  const picked: Partial<V> = {}
  for (const field of fields) picked[field] = values[field]
  return picked as Pick<V, K>
}
