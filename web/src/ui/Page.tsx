import { Title } from '@mantine/core'
import { useEffect, type ReactNode } from 'react'
import { Advisories } from './Advisory'

export interface PageProps {
  title: string
  /** count stands beside the title of a list. */
  count?: string | undefined
  /** action is the one primary button. */
  action?: ReactNode
  children: ReactNode
}

/** Page is a page's title, its one primary button, what the last change did, and the rest. */
export function Page({ title, count, action, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} – Ringfence`
  }, [title])
  return (
    <>
      <header className="page-head">
        <Title order={1} tabIndex={-1} id="page-title">
          {title}
          {count !== undefined && <span className="page-count">{count}</span>}
        </Title>
        {action}
      </header>
      <Advisories />
      {children}
    </>
  )
}
