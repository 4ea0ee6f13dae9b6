/** pageNumbers is which pages to offer: first, last, and those about the current one; 0 stands for a gap. */
export function pageNumbers(page: number, pages: number): number[] {
  const wanted = new Set([1, pages])
  for (let near = page - 2; near <= page + 2; near += 1) if (near >= 1 && near <= pages) wanted.add(near)
  const sorted = [...wanted].toSorted((a, b) => a - b)
  const result: number[] = []
  for (const number of sorted) {
    const last = result.at(-1)
    if (last !== undefined && number - last === 2) result.push(number - 1)
    else if (last !== undefined && number - last > 2) result.push(0)
    result.push(number)
  }
  return result
}
