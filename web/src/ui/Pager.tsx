import { UnstyledButton } from '@mantine/core'
import { formatNumber, t } from '../locale'
import { IconChevronLeft, IconChevronRight } from './icons'
import { pageNumbers } from './page-numbers'
import type { Paging } from './paging'

/** Pager is page numbers with back and forward; a list of one page says nothing. */
export function Pager({ page, limit, total, more = false, onPage, label }: Paging & { label: string }) {
  const pages = Math.max(1, Math.ceil(total / limit), more ? page + 1 : 0)
  if (pages === 1 && page === 1) return null
  const from = (page - 1) * limit + 1
  return (
    <nav className="pager" aria-label={t('pager.label', { list: label })}>
      <UnstyledButton className="pager-step" disabled={page <= 1} onClick={() => onPage(page - 1)}>
        <IconChevronLeft size={14} aria-hidden /> {t('pager.back')}
      </UnstyledButton>
      {pageNumbers(page, pages).map((number, index) =>
        number === 0 ? (
          // eslint-disable-next-line react/no-array-index-key
          <span key={`gap${index}`} aria-hidden>
            …
          </span>
        ) : (
          <UnstyledButton
            key={number}
            className="pager-page digits"
            aria-current={number === page ? 'page' : undefined}
            aria-label={t('pager.page', { n: number })}
            onClick={() => onPage(number)}
          >
            {formatNumber(number)}
          </UnstyledButton>
        ),
      )}
      <UnstyledButton className="pager-step" disabled={page >= pages} onClick={() => onPage(page + 1)}>
        {t('pager.forward')} <IconChevronRight size={14} aria-hidden />
      </UnstyledButton>
      <span className="pager-range digits">
        {t(more ? 'pager.rangeMore' : 'pager.range', { from, to: Math.min(total, from + limit - 1), total })}
      </span>
    </nav>
  )
}
