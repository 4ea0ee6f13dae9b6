import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Thing } from './queries'

/** ThingLink leads to a thing that has a page of its own; the name alone stands for one that has none, or is gone. */
export function ThingLink({ thing, gone, children }: { thing: Thing; gone: boolean; children: ReactNode }) {
  const params = { id: String(thing.id) }
  if (gone || !thing.id) return children
  switch (thing.kind) {
    case 'user':
      return (
        <Link to="/accounts/$id" params={params}>
          {children}
        </Link>
      )
    case 'forwarding':
      return (
        <Link to="/accounts/$id/routing" params={params}>
          {children}
        </Link>
      )
    case 'group':
      return (
        <Link to="/groups/$id" params={params}>
          {children}
        </Link>
      )
    case 'device':
      return (
        <Link to="/devices/$id" params={params}>
          {children}
        </Link>
      )
    case 'location':
      return (
        <Link to="/locations/$id" params={params}>
          {children}
        </Link>
      )
    case 'ring_group':
      return (
        <Link to="/ring-groups/$id" params={params}>
          {children}
        </Link>
      )
    case 'provisioning_profile':
      return (
        <Link to="/settings/profiles/$id" params={params}>
          {children}
        </Link>
      )
    default:
      return children
  }
}
