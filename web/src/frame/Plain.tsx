import { Title } from '@mantine/core'
import { useEffect, type ReactNode } from 'react'
import { LanguageMenu } from './LanguageMenu'

/** Plain is the page of those who are not signed in yet: one column, no menu. */
export function Plain({ title, wide, children }: { title: string; wide?: boolean; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} – Ringfence`
  }, [title])
  return (
    <main className="plain" data-wide={wide || undefined}>
      <div className="plain-top">
        <LanguageMenu />
      </div>
      <div className="plain-brand">
        <img src="/icon.svg" alt="" width={28} height={28} /> Ringfence
      </div>
      <div className="plain-card">
        <Title order={1}>{title}</Title>
        {children}
      </div>
    </main>
  )
}
