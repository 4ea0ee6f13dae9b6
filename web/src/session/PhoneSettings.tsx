import type { LinkView } from '../api/types'
import { t } from '../locale'
import { CopyButton } from '../ui/CopyButton'

/** PhoneSettings is what works in any SIP phone or softphone, without the secret, which no mail and no page holds. */
export function PhoneSettings({ link: { client, sipUsername } }: { link: LinkView }) {
  const lines: [string, string, string][] = [
    ['sipUsername', t('card.sipUsername'), sipUsername],
    ['domain', t('card.domain'), client.domain],
    ['outboundProxy', t('card.outboundProxy'), client.outboundProxy],
    ['port', t('card.port'), String(client.port)],
    ['transport', t('card.transport'), client.transport.toUpperCase()],
    ['srtp', t('card.srtp'), client.srtp],
  ]
  return (
    <section className="section" aria-labelledby="phone-settings">
      <h2 id="phone-settings">{t('link.phone')}</h2>
      <p className="dimmed">{t('link.phoneText')}</p>
      <div className="secret-values">
        <dl>
          {lines.map(([field, label, value]) => (
            <div key={field}>
              <dt>{label}</dt>
              <dd>
                <code data-field={field}>{value}</code> <CopyButton value={value} label={label} />
              </dd>
            </div>
          ))}
          {client.caURL && (
            <div>
              <dt>{t('card.ca')}</dt>
              <dd>
                <a href={client.caURL} download="ringfence-ca.pem">
                  {t('card.caDownload')}
                </a>
              </dd>
            </div>
          )}
        </dl>
      </div>
    </section>
  )
}
