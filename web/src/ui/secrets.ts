import { useSyncExternalStore } from 'react'
import type { Credentials } from '../api/types'

/** Card is what is shown once after a secret was made: for whom, and what their phone needs. */
export interface Card extends Credentials {
  id: number
  userId: number
  name: string
  number: string
  username: string
}

let cards: Card[] = []
let count = 0
const listeners = new Set<() => void>()

function update(next: Card[]): void {
  cards = next
  for (const listener of listeners) listener()
}

/** showCard adds a card; it stays, in memory only, until it is put away. */
export function showCard(card: Omit<Card, 'id'>): void {
  count += 1
  update([{ ...card, id: count }, ...cards])
}

/** putAway forgets a card. */
export function putAway(id: number): void {
  update(cards.filter((card) => card.id !== id))
}

/** putAllAway forgets every card, as at sign-out. */
export function putAllAway(): void {
  update([])
}

/** useCards is the cards not yet put away, the newest first. */
export function useCards(): Card[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => cards,
  )
}

/** phoneText is a card as lines of text, for the QR code: a phone's camera copies it. */
export function phoneText({ client, secrets, sipUsername }: Card): string {
  const lines = [
    ['SIP user name', sipUsername],
    ['SIP password', secrets.sipPassword],
    ['Domain', client.domain],
    ['Outbound proxy', client.outboundProxy],
    ['Port', client.port],
    ['Transport', client.transport],
    ['SRTP', client.srtp],
    ['Certificate authority', client.caURL],
  ]
  return lines
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}
