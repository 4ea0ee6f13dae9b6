import { Table } from '@mantine/core'
import { asProblem } from '../api/problem'
import type { OutsideResult } from '../api/types'
import { t } from '../locale'
import { Note } from '../ui/Advisory'
import { problemText } from '../ui/problem-text'

const shownRows = 100

/** OutsidePreview is what a block or file would do, line by line; what can't be done comes first. */
export function OutsidePreview({ result, error }: { result: OutsideResult | undefined; error: Error | null }) {
  if (error) {
    const problem = asProblem(error)
    return <Note tone="failed">{Object.values(problem.fields)[0] ?? problemText(problem)}</Note>
  }
  if (!result) return null
  const rows = result.rows.toSorted((a, b) => Number(b.action === 'error') - Number(a.action === 'error'))
  const placed = rows.some((row) => row.locationName)
  return (
    <section aria-label={t('outside.preview')}>
      <p role="status">
        {t('outside.previewSum', { n: result.added, changed: result.changed, same: result.same })}
        {result.errors > 0 && <strong className="bad"> {t('outside.previewErrors', { n: result.errors })}</strong>}
      </p>
      <div className="preview-rows">
        <Table className="data-table" aria-label={t('outside.preview')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('outside.line')}</Table.Th>
              <Table.Th>{t('outside.value')}</Table.Th>
              <Table.Th>{t('outside.does')}</Table.Th>
              <Table.Th>{t('outside.leadsTo')}</Table.Th>
              {placed && <Table.Th>{t('outside.locationId')}</Table.Th>}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.slice(0, shownRows).map((row) => (
              <Table.Tr key={row.line}>
                <Table.Td className="digits">{row.line}</Table.Td>
                <Table.Td className="digits nowrap">{row.shown}</Table.Td>
                <Table.Td className={row.action === 'error' ? 'bad' : undefined}>
                  {row.action === 'error' ? row.problem : t(`outside.action.${row.action}`)}
                </Table.Td>
                <Table.Td>
                  {row.wasName && <s>{row.wasName}</s>} {row.leadsTo?.name ?? '–'}
                </Table.Td>
                {placed && <Table.Td>{row.locationName ?? '–'}</Table.Td>}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {rows.length > shownRows && <p className="dimmed">{t('outside.more', { n: rows.length - shownRows })}</p>}
    </section>
  )
}
