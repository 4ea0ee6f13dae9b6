import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useMay } from '../session/may'
import type { Holder } from './values'

/** HolderLink leads to an account or a ring group; the name alone stands for what one may not see. */
export function HolderLink({ holder, children }: { holder: Holder; children: ReactNode }) {
  const may = useMay()
  const params = { id: String(holder.id) }
  if (holder.kind === 'user' && may('users:read')) {
    return (
      <Link to="/accounts/$id" params={params}>
        {children}
      </Link>
    )
  }
  if (holder.kind === 'ring_group' && may('numbers:read')) {
    return (
      <Link to="/ring-groups/$id" params={params}>
        {children}
      </Link>
    )
  }
  return children
}
