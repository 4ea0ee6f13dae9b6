import type { Restored } from '../api/types'
import { t } from '../locale'

/** restoredText says that something came back, and what did not come back as it was. */
export function restoredText(name: string, { notes }: Pick<Restored, 'notes'>): string {
  return [t('deleted.restored', { name }), ...(notes ?? [])].join(' ')
}
