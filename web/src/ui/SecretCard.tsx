import { Button } from '@mantine/core'
import { lazy, Suspense, useState, type ReactNode } from 'react'
import { flushSync } from 'react-dom'
import { t } from '../locale'
import { CopyButton } from './CopyButton'
import { IconDownload, IconKey, IconPrinter, IconQr } from './icons'
import { putAllAway, putAway, useCards, type Card } from './secrets'

const QrCode = lazy(() => import('./QrCode'))

/** SecretCards is every card that was made and not put away. */
export function SecretCards() {
  const cards = useCards()
  const [all, setAll] = useState(false)
  const printAll = () => {
    flushSync(() => setAll(true))
    document.body.dataset.print = 'cards'
    window.print()
    delete document.body.dataset.print
    setAll(false)
  }
  return (
    <>
      {cards.length > 1 && (
        <div className="dialog-bar no-print">
          <span>{t('card.waiting', { n: cards.length })}</span>
          <Button variant="default" leftSection={<IconPrinter size={16} />} onClick={printAll}>
            {t('several.printAll')}
          </Button>
          <Button variant="subtle" color="gray" onClick={putAllAway}>
            {t('several.putAllAway')}
          </Button>
        </div>
      )}
      {cards.map((card) => (
        <SecretCard key={card.id} card={card} printed={all} />
      ))}
    </>
  )
}

/** SecretCard shows once what a person and their phone need. */
export function SecretCard({ card, printed }: { card: Card; printed?: boolean }) {
  const [qr, setQr] = useState(false)
  const [printing, setPrinting] = useState(false)
  const { secrets, client } = card
  const print = () => {
    // The browser prints what stands on the page when it is asked: the mark must be there before.
    flushSync(() => setPrinting(true))
    document.body.dataset.print = 'card'
    window.print()
    delete document.body.dataset.print
    setPrinting(false)
  }

  return (
    <section
      className="secret-card"
      aria-label={t('card.label', { name: card.name })}
      data-printing={printing || printed || undefined}
    >
      <header>
        <IconKey size={18} aria-hidden />
        <h2>
          {card.name} <span className="digits">{card.number}</span>
        </h2>
        <p>{t('card.once')}</p>
      </header>
      <div className="secret-columns">
        <Values title={t('card.phone')}>
          <Value field="sipUsername" label={t('card.sipUsername')} value={card.sipUsername} />
          <Value field="sipPassword" label={t('card.sipPassword')} value={secrets.sipPassword} unchanged />
          <Value field="domain" label={t('card.domain')} value={client.domain} />
          <Value field="outboundProxy" label={t('card.outboundProxy')} value={client.outboundProxy} />
          <Value field="port" label={t('card.port')} value={String(client.port)} />
          <Value field="transport" label={t('card.transport')} value={client.transport.toUpperCase()} />
          <Value field="srtp" label={t('card.srtp')} value={client.srtp} />
        </Values>
        <Values title={t('card.person')}>
          <Value field="username" label={t('card.username')} value={card.username} />
          <Value
            field="portalPassword"
            label={t('card.portalPassword')}
            value={secrets.portalPassword}
            unchanged={card.invited ? t('card.invited') : true}
          />
          <Value field="voicemailPin" label={t('card.voicemailPin')} value={secrets.voicemailPin} unchanged />
          <div>
            <dt>{t('card.ca')}</dt>
            <dd>
              <a href={client.caURL} download="ringfence-ca.pem" className="icon-link">
                <IconDownload size={14} aria-hidden /> {t('card.caDownload')}
              </a>
            </dd>
          </div>
          <Value field="caFingerprint" label={t('card.caFingerprint')} value={client.caFingerprint} />
        </Values>
        {qr && (
          <Suspense fallback={null}>
            <QrCode card={card} />
          </Suspense>
        )}
      </div>
      <div className="dialog-bar no-print">
        <Button onClick={() => putAway(card.id)}>{t('card.done')}</Button>
        <Button variant="default" leftSection={<IconQr size={16} />} aria-pressed={qr} onClick={() => setQr(!qr)}>
          {t('card.qr')}
        </Button>
        <Button variant="default" leftSection={<IconPrinter size={16} />} onClick={print}>
          {t('card.print')}
        </Button>
      </div>
    </section>
  )
}

function Values({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="secret-values">
      <h3>{title}</h3>
      <dl>{children}</dl>
    </div>
  )
}

/** Value is one line of the card; a secret that was not made now is not known to anybody. */
function Value({
  field,
  label,
  value,
  unchanged,
}: {
  field: string
  label: string
  value: string | undefined
  unchanged?: boolean | string
}) {
  if (!value) {
    return unchanged ? (
      <div>
        <dt>{label}</dt>
        <dd className="dimmed">{typeof unchanged === 'string' ? unchanged : t('card.unchanged')}</dd>
      </div>
    ) : null
  }
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <code data-field={field}>{value}</code>
        <CopyButton value={value} label={label} />
      </dd>
    </div>
  )
}
