import { useQuery } from '@tanstack/react-query'
import { t } from '../locale'
import { organizationQuery } from './queries'
import { SettingsEditor } from './SettingsEditor'

/** SettingsTab is the organization's values of the catalogue of settings: what holds where nobody chose otherwise. */
export function SettingsTab() {
  const organization = useQuery(organizationQuery).data
  if (!organization) return <div className="skeleton" role="status" aria-label={t('loading')} />
  return (
    <>
      <p className="dimmed">{t('settings.securityHelp')}</p>
      <SettingsEditor level="organization" owner={organization.id} />
    </>
  )
}
