/** dayStart is the moment a day of the browser's calendar begins. */
export function dayStart(day: string | undefined): string | undefined {
  return moment(day, 0)
}

/** dayEnd is the moment it is over. */
export function dayEnd(day: string | undefined): string | undefined {
  return moment(day, 1)
}

function moment(day: string | undefined, later: number): string | undefined {
  const at = new Date(`${day ?? ''}T00:00:00`)
  if (Number.isNaN(at.getTime())) return undefined
  at.setDate(at.getDate() + later)
  return at.toISOString()
}
