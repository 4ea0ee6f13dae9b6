import { describe, expect, test } from 'vitest'
import { placeFor, type Where } from './order'

/** drop carries it out in a list, as a plain model. */
function drop(order: string[], moved: string, target: string, where: Where): string[] {
  const rest = order.filter((name) => name !== moved)
  const at = rest.indexOf(target) + (where === 'after' ? 1 : 0)
  return rest.toSpliced(at, 0, moved)
}

describe('where a dropped group lands', () => {
  const order = ['a', 'b', 'c', 'd']
  const moves = order.flatMap((moved) => order.map((target) => ({ moved, target })))
  const pairs = moves
    .filter(({ moved, target }) => moved !== target)
    .flatMap(({ moved, target }) => (['before', 'after'] as const).map((where) => ({ moved, target, where })))
  test.each(pairs)('$moved $where $target', ({ moved, target, where }) => {
    const place = placeFor(order.indexOf(moved) + 1, order.indexOf(target) + 1, where)
    const rest = order.filter((name) => name !== moved)
    const landed = place === undefined ? order : rest.toSpliced(place - 1, 0, moved)
    expect(landed).toEqual(drop(order, moved, target, where))
    expect(place === undefined).toBe(landed.join() === order.join())
  })
  test.each(pairs)('$moved $where $target, upside down', ({ moved, target, where }) => {
    const shown = order.toReversed()
    const place = placeFor(order.indexOf(moved) + 1, order.indexOf(target) + 1, where, true)
    const rest = order.filter((name) => name !== moved)
    const landed = place === undefined ? order : rest.toSpliced(place - 1, 0, moved)
    expect(landed.toReversed()).toEqual(drop(shown, moved, target, where))
  })
  test('upon itself it stays', () => expect(placeFor(2, 2, 'after')).toBeUndefined())
})
