import { Button, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import { formatNumber, t } from '../locale'
import { useMay, useMe } from '../session/may'
import { useNewKey } from '../ui/hotkeys'
import { IconPlus } from '../ui/icons'
import { Page } from '../ui/Page'
import { SecretCards } from '../ui/SecretCard'
import { usersQuery } from '../users/queries'
import { groupsQuery } from './queries'

/** GroupsAndAccounts is the first page of the menu: the groups, and everybody in them. */
export function GroupsAndAccounts() {
  const me = useMe()
  const may = useMay()
  const navigate = useNavigate()
  const { pathname, search } = useLocation()
  const tab = pathname.startsWith('/accounts') ? 'accounts' : 'groups'
  const group = tab === 'accounts' ? (search as { group?: number }).group : undefined
  const groups = useQuery(groupsQuery({ limit: 1 }))
  const users = useQuery(usersQuery({ limit: 1 }))
  const noGroup = groups.data?.total === 0

  useNewKey(() => {
    if (tab === 'groups' || noGroup) void navigate({ to: '/groups/new' })
    else void navigate({ to: '/accounts/new', search: { group } })
  })
  const newGroup = may('groups:write') && (
    <Button leftSection={<IconPlus size={16} />} renderRoot={(props) => <Link to="/groups/new" {...props} />}>
      {t('groups.new')}
    </Button>
  )
  const newUser = may('users:write') && (
    <div className="title-actions">
      <Button variant="default" renderRoot={(props) => <Link to="/accounts/several" search={{ group }} {...props} />}>
        {t('several.title')}
      </Button>
      <Button
        leftSection={<IconPlus size={16} />}
        renderRoot={(props) => <Link to="/accounts/new" search={{ group }} {...props} />}
      >
        {t('users.new')}
      </Button>
    </div>
  )
  return (
    <Page title={t('menu.groups')} action={tab === 'groups' || noGroup ? newGroup : newUser}>
      <SecretCards />
      <Tabs
        value={tab}
        onChange={(to) => navigate({ to: to === 'accounts' ? '/accounts' : '/groups', search: {} })}
        activateTabWithKeyboard={false}
      >
        <div className="tabs-line">
          <Tabs.List>
            <Tabs.Tab value="groups">
              {t('groups.tab')} <Count n={groups.data?.total} />
            </Tabs.Tab>
            <Tabs.Tab value="accounts">
              {t('users.tab')} <Count n={users.data?.total} />
            </Tabs.Tab>
          </Tabs.List>
          {me && me.organization.userLimit > 0 && (
            <span className="tabs-note digits">
              {t('users.created', { n: String(me.organization.userCount), limit: String(me.organization.userLimit) })}
            </span>
          )}
        </div>
        <Tabs.Panel value={tab}>
          <Outlet />
        </Tabs.Panel>
      </Tabs>
    </Page>
  )
}

function Count({ n }: { n: number | undefined }) {
  return n === undefined ? null : <span className="tab-count digits">{formatNumber(n)}</span>
}
