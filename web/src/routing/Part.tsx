import { useId, type ReactNode } from 'react'
import { t, type TextKey } from '../locale'

/** Part is one of the parts of a picture of how calls go, with its heading. */
export function Part({ title, children }: { title: TextKey; children: ReactNode }) {
  const id = useId()
  return (
    <section className="routing-part" aria-labelledby={id}>
      <h2 id={id}>{t(title)}</h2>
      {children}
    </section>
  )
}
