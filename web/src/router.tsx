import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  type AsyncRouteComponent,
  type ErrorComponentProps,
} from '@tanstack/react-router'
import type { ComponentType } from 'react'
import { Watch } from './api/events'
import { Plain } from './frame/Plain'
import { loadLanguage, t, useLanguage } from './locale'
import { setTimeZone } from './locale/format'
import {
  accountSearch,
  callSearch,
  trySearch,
  listSearch,
  mailboxSearch,
  number,
  numberSearch,
  settingsSearch,
  tabSearch,
  text,
} from './search-params'
import { meQuery, setupQuery } from './session/queries'
import { movedOn } from './ui/advise'
import { ErrorView } from './ui/ErrorView'

interface Context {
  client: QueryClient
  watch: Watch
}

/** page is a lazily loaded page that is drawn again, with all that was typed, when another language is chosen. */
function page<K extends string>(load: () => Promise<Record<K, ComponentType>>, name: K) {
  const Loaded: AsyncRouteComponent<object> = lazyRouteComponent(load, name)
  const Page = () => {
    useLanguage()
    return <Loaded />
  }
  return Object.assign(Page, { preload: Loaded.preload })
}

const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  errorComponent: Failed,
  notFoundComponent: () => <Plain title={t('notFound.title')}>{t('notFound.text')}</Plain>,
})

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search): { next?: string } => ({ next: text(search.next) }),
  component: page(() => import('./session/LoginPage'), 'LoginPage'),
})

const forgot = createRoute({
  getParentRoute: () => root,
  path: '/forgot',
  component: page(() => import('./session/ForgotPage'), 'ForgotPage'),
})

// What the three kinds of one-time links open: the server says which it is.
const LinkPage = page(() => import('./session/LinkPage'), 'LinkPage')
const welcome = createRoute({ getParentRoute: () => root, path: '/welcome', component: LinkPage })
const resetPassword = createRoute({ getParentRoute: () => root, path: '/reset', component: LinkPage })
const confirmEmail = createRoute({ getParentRoute: () => root, path: '/confirm', component: LinkPage })

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: page(() => import('./setup/SetupPage'), 'SetupPage'),
})

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: page(() => import('./frame/Shell'), 'Shell'),
  beforeLoad: async ({ context: { client, watch }, location }) => {
    const me = await client.ensureQueryData(meQuery)
    if (!me) {
      const { needed } = await client.ensureQueryData(setupQuery)
      throw needed ? redirect({ to: '/setup' }) : redirect({ to: '/login', search: { next: location.href } })
    }
    watch.start() // it opens while the page is loaded, before anything of it is read
    setTimeZone(me.timeZone)
    await loadLanguage(me.language)
  },
})

const overview = createRoute({
  getParentRoute: () => shell,
  path: '/',
  component: page(() => import('./overview/OverviewPage'), 'OverviewPage'),
})

const people = createRoute({
  getParentRoute: () => shell,
  id: 'people',
  component: page(() => import('./groups/GroupsAndAccounts'), 'GroupsAndAccounts'),
})
const groups = createRoute({
  getParentRoute: () => people,
  path: '/groups',
  validateSearch: listSearch,
  component: page(() => import('./groups/GroupsTab'), 'GroupsTab'),
})
const accounts = createRoute({
  getParentRoute: () => people,
  path: '/accounts',
  validateSearch: accountSearch,
  component: page(() => import('./users/AccountsTab'), 'AccountsTab'),
})
const newGroup = createRoute({
  getParentRoute: () => shell,
  path: '/groups/new',
  component: page(() => import('./groups/NewGroupPage'), 'NewGroupPage'),
})
const editGroup = createRoute({
  getParentRoute: () => shell,
  path: '/groups/$id',
  validateSearch: tabSearch,
  component: page(() => import('./groups/EditGroupPage'), 'EditGroupPage'),
})
const newUser = createRoute({
  getParentRoute: () => shell,
  path: '/accounts/new',
  validateSearch: (search): { group?: number; copy?: number } => ({
    group: number(search.group),
    copy: number(search.copy),
  }),
  component: page(() => import('./users/NewUserPage'), 'NewUserPage'),
})
const severalUsers = createRoute({
  getParentRoute: () => shell,
  path: '/accounts/several',
  validateSearch: (search): { group?: number } => ({ group: number(search.group) }),
  component: lazyRouteComponent(() => import('./users/SeveralPage'), 'SeveralPage'),
})
const editUser = createRoute({
  getParentRoute: () => shell,
  path: '/accounts/$id',
  validateSearch: (search): { tab?: string | undefined } => ({ tab: text(search.tab) }),
  component: page(() => import('./users/EditUserPage'), 'EditUserPage'),
})
const routing = createRoute({
  getParentRoute: () => shell,
  path: '/accounts/$id/routing',
  component: page(() => import('./routing/RoutingPage'), 'RoutingPage'),
})
const myRouting = createRoute({
  getParentRoute: () => shell,
  path: '/my/routing',
  component: page(() => import('./routing/MyRoutingPage'), 'MyRoutingPage'),
})
const myVoicemail = createRoute({
  getParentRoute: () => shell,
  path: '/my/voicemail',
  validateSearch: tabSearch,
  component: page(() => import('./voicemail/MyVoicemailPage'), 'MyVoicemailPage'),
})
const devices = createRoute({
  getParentRoute: () => shell,
  path: '/devices',
  validateSearch: listSearch,
  component: page(() => import('./devices/DevicesPage'), 'DevicesPage'),
})
const device = createRoute({
  getParentRoute: () => shell,
  path: '/devices/$id',
  component: page(() => import('./devices/DevicePage'), 'DevicePage'),
})
const numbers = createRoute({
  getParentRoute: () => shell,
  path: '/numbers',
  validateSearch: numberSearch,
  component: page(() => import('./numbers/NumbersPage'), 'NumbersPage'),
})
const ringGroups = createRoute({
  getParentRoute: () => shell,
  path: '/ring-groups',
  validateSearch: listSearch,
  component: page(() => import('./ringgroups/RingGroupsPage'), 'RingGroupsPage'),
})
const newRingGroup = createRoute({
  getParentRoute: () => shell,
  path: '/ring-groups/new',
  component: page(() => import('./ringgroups/RingGroupPage'), 'NewRingGroupPage'),
})
const ringGroup = createRoute({
  getParentRoute: () => shell,
  path: '/ring-groups/$id',
  component: page(() => import('./ringgroups/RingGroupPage'), 'RingGroupPage'),
})
const locations = createRoute({
  getParentRoute: () => shell,
  path: '/locations',
  validateSearch: listSearch,
  component: page(() => import('./locations/LocationsPage'), 'LocationsPage'),
})
const newLocation = createRoute({
  getParentRoute: () => shell,
  path: '/locations/new',
  component: page(() => import('./locations/LocationPage'), 'NewLocationPage'),
})
const location = createRoute({
  getParentRoute: () => shell,
  path: '/locations/$id',
  component: page(() => import('./locations/LocationPage'), 'LocationPage'),
})
const calls = createRoute({
  getParentRoute: () => shell,
  path: '/calls',
  validateSearch: callSearch,
  component: page(() => import('./calls/CallsPage'), 'CallsPage'),
})
const tryCall = createRoute({
  getParentRoute: () => shell,
  path: '/calls/try',
  validateSearch: trySearch,
  component: page(() => import('./calls/TryPage'), 'TryPage'),
})
const mailboxes = createRoute({
  getParentRoute: () => shell,
  path: '/voicemail',
  validateSearch: mailboxSearch,
  component: page(() => import('./voicemail/MailboxesPage'), 'MailboxesPage'),
})
const deleted = createRoute({
  getParentRoute: () => shell,
  path: '/deleted',
  component: page(() => import('./deleted/DeletedPage'), 'DeletedPage'),
})
const settings = createRoute({
  getParentRoute: () => shell,
  path: '/settings',
  validateSearch: settingsSearch,
  component: page(() => import('./settings/SettingsPage'), 'SettingsPage'),
})
const newProfile = createRoute({
  getParentRoute: () => shell,
  path: '/settings/profiles/new',
  validateSearch: (search): { copy?: number } => ({ copy: number(search.copy) }),
  component: page(() => import('./profiles/ProfilePage'), 'NewProfilePage'),
})
const profile = createRoute({
  getParentRoute: () => shell,
  path: '/settings/profiles/$id',
  component: page(() => import('./profiles/ProfilePage'), 'ProfilePage'),
})

const routeTree = root.addChildren([
  login,
  forgot,
  welcome,
  resetPassword,
  confirmEmail,
  setup,
  shell.addChildren([
    overview,
    people.addChildren([groups, accounts]),
    newGroup,
    editGroup,
    newUser,
    severalUsers,
    editUser,
    routing,
    myRouting,
    myVoicemail,
    devices,
    device,
    numbers,
    ringGroups,
    newRingGroup,
    ringGroup,
    locations,
    newLocation,
    location,
    calls,
    tryCall,
    mailboxes,
    deleted,
    settings,
    newProfile,
    profile,
  ]),
])

/** makeRouter is the page's addresses. */
export function makeRouter(client: QueryClient) {
  const router = createRouter({
    routeTree,
    context: { client, watch: new Watch(client) },
    defaultPreload: 'intent',
    defaultPendingMs: 150,
    defaultPendingComponent: () => <div className="skeleton" role="status" aria-label={t('loading')} />,
    defaultNotFoundComponent: () => <p>{t('notFound.text')}</p>,
    defaultErrorComponent: Failed,
    scrollRestoration: true,
  })
  router.subscribe('onBeforeNavigate', ({ pathChanged }) => {
    if (pathChanged) movedOn()
  })
  return router
}

/** Failed is a page that could not be drawn: why, and once more. */
function Failed({ error, reset }: ErrorComponentProps) {
  return (
    <Plain title={t('error.title')}>
      <ErrorView error={error} retry={reset} />
    </Plain>
  )
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
