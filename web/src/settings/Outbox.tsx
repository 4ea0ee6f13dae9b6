import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { asProblem } from '../api/problem'
import type { UnsentMail } from '../api/types'
import { t, tOr } from '../locale'
import { useMay } from '../session/may'
import { advise } from '../ui/advise'
import { DataTable, type Column, type RowAction } from '../ui/DataTable'
import { problemText } from '../ui/problem-text'
import { Ago } from '../ui/Time'
import { outboxQuery, useMendMail } from './mail'

const columns = (): Column<UnsentMail>[] => [
  {
    id: 'to',
    header: 'mail.to',
    cell: (mail) => (
      <>
        {mail.userId ? (
          <Link to="/accounts/$id" params={{ id: String(mail.userId) }}>
            {mail.to}
          </Link>
        ) : (
          mail.to
        )}
        <div className="dimmed">{tOr(`mail.kind.${mail.kind}`, mail.kind)}</div>
      </>
    ),
  },
  {
    id: 'answer',
    header: 'mail.answer',
    cell: (mail) => (mail.answer ? <code className="wrap">{mail.answer}</code> : t('mail.notTried')),
  },
  {
    id: 'state',
    header: 'mail.state',
    hide: 'narrow',
    cell: (mail) =>
      mail.state === 'failed' ? (
        <span className="strong">{t('mail.gaveUp', { n: mail.tries })}</span>
      ) : (
        <>
          {t('mail.next')} {mail.nextAt && <Ago at={mail.nextAt} />}
        </>
      ),
  },
  { id: 'created', header: 'mail.asked', hide: 'medium', cell: (mail) => <Ago at={mail.createdAt} /> },
]

const limit = 20

/** Outbox is the mails that are not sent, with what the mail server said. */
export function Outbox({ failed }: { failed: number }) {
  const [page, setPage] = useState(1)
  const list = useQuery(outboxQuery(page, limit))
  const mend = useMendMail()
  const may = useMay()
  const act = async (mail: UnsentMail, what: 'retry' | 'drop') => {
    try {
      await mend.mutateAsync({ id: mail.id, what })
      const text = t(what === 'retry' ? 'mail.tryingAgain' : 'mail.dropped', { to: mail.to })
      advise({ tone: what === 'retry' ? 'done' : 'removed', text }, 'here')
    } catch (error) {
      advise({ tone: 'failed', text: problemText(asProblem(error)) }, 'here')
    }
  }
  const actions = (): RowAction<UnsentMail>[] => [
    { label: t('mail.retry'), onClick: (mail) => void act(mail, 'retry') },
    { label: t('mail.drop'), danger: true, onClick: (mail) => void act(mail, 'drop') },
  ]
  const total = list.data?.total ?? 0
  return (
    <section className="section" aria-labelledby="outbox">
      <h2 id="outbox">{t('mail.outbox')}</h2>
      {failed > 0 && <p>{t('mail.failed', { n: failed })}</p>}
      <DataTable
        label={t('mail.outbox')}
        columns={columns()}
        rows={list.data?.items}
        state={list}
        rowKey={(mail) => mail.id}
        rowName={(mail) => mail.to}
        {...(may('organization:write') && { actions })}
        {...(total > limit && { paging: { page, limit, total, onPage: setPage } })}
        empty={<p>{t('mail.outboxEmpty')}</p>}
      />
    </section>
  )
}
