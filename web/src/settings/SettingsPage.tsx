import { Tabs } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { AuditTab } from '../audit/AuditTab'
import { t } from '../locale'
import { PermissionsTab } from '../permissions/PermissionsTab'
import { ProfilesTab } from '../profiles/ProfilesTab'
import { useMay } from '../session/may'
import { Page } from '../ui/Page'
import { MailTab } from './MailTab'
import { OrganizationTab } from './OrganizationTab'
import { SettingsTab } from './SettingsTab'
import { TokensTab } from './TokensTab'

const tabs = [
  { value: 'organization', label: 'settings.organization', permission: 'organization:read', Panel: OrganizationTab },
  { value: 'security', label: 'settings.security', permission: 'settings:read', Panel: SettingsTab },
  { value: 'permissions', label: 'settings.permissions', permission: 'settings:read', Panel: PermissionsTab },
  { value: 'profiles', label: 'settings.profiles', permission: 'settings:read', Panel: ProfilesTab },
  { value: 'mail', label: 'settings.mail', permission: 'organization:read', Panel: MailTab },
  { value: 'audit', label: 'settings.audit', permission: 'audit:read', Panel: AuditTab },
  { value: 'tokens', label: 'settings.tokens', permission: 'tokens:own', Panel: TokensTab },
] as const

/** SettingsPage is what holds for the whole organization, and who changed what. */
export function SettingsPage() {
  const { tab } = useSearch({ from: '/shell/settings' })
  const navigate = useNavigate({ from: '/settings' })
  const may = useMay()
  const shown = tabs.filter((line) => may(line.permission))
  const current = shown.find((line) => line.value === tab) ?? shown[0]
  return (
    <Page title={t('menu.settings')}>
      <Tabs
        value={current?.value ?? null}
        onChange={(to) => navigate({ search: { tab: to ?? undefined } })}
        activateTabWithKeyboard={false}
      >
        <div className="tabs-line">
          <Tabs.List>
            {shown.map((line) => (
              <Tabs.Tab key={line.value} value={line.value}>
                {t(line.label)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </div>
        {shown.map(({ value, Panel }) => (
          <Tabs.Panel key={value} value={value}>
            <Panel />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  )
}
