import type { Client } from '../api/types'
import { t } from '../locale'
import { CopyButton } from '../ui/CopyButton'
import { IconDownload } from '../ui/icons'

/** Authority explains which certificate this server shows, and how browsers and phones come to trust it. */
export function Authority({ client }: { client: Client }) {
  if (!client.caURL) return <p>{t('authority.public')}</p>
  return (
    <div className="authority">
      <p>{t('authority.own')}</p>
      <p>
        <a href={client.caURL} download="ringfence-ca.pem" className="icon-link">
          <IconDownload size={16} aria-hidden /> {t('card.caDownload')}
        </a>
      </p>
      <dl className="pairs">
        <div>
          <dt>{t('card.caFingerprint')}</dt>
          <dd>
            <code data-field="caFingerprint">{client.caFingerprint}</code>
            <CopyButton value={client.caFingerprint} label={t('card.caFingerprint')} />
          </dd>
        </div>
      </dl>
      <p>{t('authority.compare')}</p>
      <details>
        <summary>{t('authority.how')}</summary>
        <ul>
          <li>{t('authority.windows')}</li>
          <li>{t('authority.mac')}</li>
          <li>{t('authority.linux')}</li>
          <li>{t('authority.firefox')}</li>
          <li>{t('authority.phones')}</li>
        </ul>
      </details>
    </div>
  )
}
