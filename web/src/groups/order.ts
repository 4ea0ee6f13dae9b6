/** Where is on which side of a row something lands. */
export type Where = 'before' | 'after'

/**
 * placeFor is the place of the group order that a group gets when it is dropped at another, 1 is the top; undefined where it
 * stays. The list may be shown upside down.
 */
export function placeFor(from: number, target: number, where: Where, upsideDown = false): number | undefined {
  const above = (where === 'before') !== upsideDown
  // What is taken out above moves everything below it up by one.
  const place = from < target ? (above ? target - 1 : target) : above ? target : target + 1
  return from === target || place === from ? undefined : place
}
