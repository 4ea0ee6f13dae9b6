import { Link } from '@tanstack/react-router'
import type { LiveCall, Party } from '../api/types'

/** PartyCell is one side of a call: the name, linked when it is one of ours, and the number. */
export function PartyCell({ party }: { party: Party }) {
  const given = party.name.trim()
  const name = given === party.number ? '' : given
  return (
    <>
      {party.userId ? (
        <Link to="/accounts/$id" params={{ id: String(party.userId) }}>
          {name || party.number || '–'}
        </Link>
      ) : (
        name || <span className="digits">{party.number || '–'}</span>
      )}
      {name && party.number && <span className="digits dimmed"> {party.number}</span>}
    </>
  )
}

/** partyText is the same in plain words. */
export function partyText(party: Party): string {
  return party.name.trim() || party.number || '–'
}

/** callsWith is those of the calls in which somebody speaks. */
export function callsWith(calls: LiveCall[], userId: number): LiveCall[] {
  return calls.filter((call) => call.caller.userId === userId || call.callee.userId === userId)
}
