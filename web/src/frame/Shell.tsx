import { ActionIcon, UnstyledButton } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { Link, Outlet, useLocation, useRouter } from '@tanstack/react-router'
import { Suspense, lazy, useEffect, useState, useSyncExternalStore } from 'react'
import { onSignedOut } from '../api/client'
import type { StreamState } from '../api/events'
import { formatNumber, loadLanguage, t } from '../locale'
import { setTimeZone } from '../locale/format'
import { useMay, useMe } from '../session/may'
import { IconKey, IconMenu, IconSearch, IconVoicemail, IconX } from '../ui/icons'
import { useCards } from '../ui/secrets'
import { useMyBox } from '../voicemail/queries'
import { LanguageMenu } from './LanguageMenu'
import { menu } from './menu'
import { MeMenu, SchemeMenu } from './TopMenus'

const SearchDialog = lazy(() => import('./SearchDialog'))
const SignInAgain = lazy(() => import('./SignInAgain'))

/** Shell is the frame about every page: menu, search, theme, me. */
export function Shell() {
  const [menuOpen, setMenuOpen] = useState(false)
  const [searching, setSearching] = useState(false)
  const [ended, setEnded] = useState(false)
  const stream = useStream()
  const me = useMe()
  useEffect(() => onSignedOut(() => setEnded(true)), [])
  // One's own language and time zone, the location's or the organization's may change while the page is open.
  const language = me?.language
  const timeZone = me?.timeZone
  useEffect(() => {
    if (language) loadLanguage(language).catch(() => undefined)
  }, [language])
  useEffect(() => setTimeZone(timeZone), [timeZone])
  useHotkeys([
    ['mod+K', () => setSearching(true)],
    ['/', () => setSearching(true)],
  ])
  return (
    <div className="shell" data-menu={menuOpen || undefined}>
      <a className="skip-link" href="#main">
        {t('frame.skip')}
      </a>
      <header className="shell-top">
        <ActionIcon
          className="burger"
          variant="subtle"
          color="gray"
          aria-label={menuOpen ? t('frame.closeMenu') : t('frame.openMenu')}
          aria-expanded={menuOpen}
          onClick={() => setMenuOpen(!menuOpen)}
        >
          {menuOpen ? <IconX size={18} /> : <IconMenu size={18} />}
        </ActionIcon>
        <Link
          to="/"
          className="brand"
          aria-label={t('frame.home')}
          activeProps={{ 'aria-current': 'page' }}
          activeOptions={{ exact: true }}
        >
          <img src="/icon.svg" alt="" width={24} height={24} />
          <span className="brand-text">
            <span className="brand-name">Ringfence</span>
            <span className="brand-org">{me?.organization.name}</span>
          </span>
        </Link>
        <UnstyledButton className="search-button" onClick={() => setSearching(true)} aria-keyshortcuts="/ Control+K">
          <IconSearch size={15} aria-hidden />
          <span>{t('search.button')}</span>
          <kbd aria-hidden>/</kbd>
        </UnstyledButton>
        <div className="shell-top-end">
          {stream === 'lost' && (
            <span className="stream-lost" role="status">
              {t('frame.streamLost')}
            </span>
          )}
          <CardsWaiting />
          <MessagesWaiting />
          <LanguageMenu />
          <SchemeMenu />
          <MeMenu />
        </div>
      </header>
      <div className="shell-side">
        <MainMenu onChosen={() => setMenuOpen(false)} />
      </div>
      {menuOpen && (
        <button
          type="button"
          className="shell-veil"
          aria-label={t('frame.closeMenu')}
          onClick={() => setMenuOpen(false)}
        />
      )}
      <main id="main" className="shell-main" tabIndex={-1}>
        <Outlet />
      </main>
      {searching && (
        <Suspense fallback={null}>
          <SearchDialog onClose={() => setSearching(false)} />
        </Suspense>
      )}
      {ended && (
        <Suspense fallback={null}>
          <SignInAgain onDone={() => setEnded(false)} />
        </Suspense>
      )}
    </div>
  )
}

function MainMenu({ onChosen }: { onChosen: () => void }) {
  const may = useMay()
  const { pathname } = useLocation()
  return (
    <nav aria-label={t('frame.menu')} className="main-menu">
      {menu
        .filter((line) => line.permissions.some(may))
        .map(({ to, label, icon: Icon, under }) => {
          const here = under.some((prefix) => pathname === prefix || pathname.startsWith(`${prefix}/`))
          return (
            <Link key={to} to={to} className="menu-line" onClick={onChosen} aria-current={here ? 'page' : undefined}>
              <Icon size={17} aria-hidden />
              {t(label)}
            </Link>
          )
        })}
    </nav>
  )
}

/** CardsWaiting leads back to cards with secrets that were not put away. */
function CardsWaiting() {
  const count = useCards().length
  useEffect(() => {
    if (count === 0) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [count])
  if (count === 0) return null
  const label = t('card.waiting', { n: count })
  return (
    <Link to="/accounts" search={{}} className="cards-waiting" aria-label={label} title={label}>
      <IconKey size={16} aria-hidden />
      {count}
    </Link>
  )
}

/** MessagesWaiting leads to new voice messages. */
function MessagesWaiting() {
  const waiting = useMyBox()?.new ?? 0
  if (waiting === 0) return null
  const label = t('voicemail.waiting', { n: waiting })
  return (
    <Link to="/my/voicemail" className="voicemail-waiting digits" aria-label={label} title={label}>
      <IconVoicemail size={16} aria-hidden />
      {formatNumber(waiting)}
    </Link>
  )
}

/** useStream keeps one event stream open while somebody is signed in. */
function useStream(): StreamState {
  const { watch } = useRouter().options.context
  useEffect(() => {
    watch.start()
    return () => watch.stop()
  }, [watch])
  return useSyncExternalStore(watch.subscribe, () => watch.state)
}
