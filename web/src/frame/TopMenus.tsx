import { useMantineColorScheme, type MantineColorScheme } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { t, tOr, type TextKey } from '../locale'
import { useSignOut } from '../session/queries'
import { useMay, useMe } from '../session/may'
import type { OwnSecret } from '../session/OwnSecretDialog'
import { HeaderMenu } from '../ui/HeaderMenu'
import { IconAuto, IconMoon, IconSun, IconUser } from '../ui/icons'
import { putAllAway } from '../ui/secrets'
import { inUse, useMyBox } from '../voicemail/queries'

const OwnSecretDialog = lazy(() =>
  import('../session/OwnSecretDialog').then((module) => ({ default: module.OwnSecretDialog })),
)

const MyAccountDialog = lazy(() =>
  import('../session/MyAccountDialog').then((module) => ({ default: module.MyAccountDialog })),
)

const schemes: { value: MantineColorScheme; label: TextKey; icon: typeof IconSun }[] = [
  { value: 'light', label: 'scheme.light', icon: IconSun },
  { value: 'dark', label: 'scheme.dark', icon: IconMoon },
  { value: 'auto', label: 'scheme.auto', icon: IconAuto },
]

/** SchemeMenu chooses light, dark, or what the system says. */
export function SchemeMenu() {
  // Holding transitions back would write a style tag, which the content security policy forbids.
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true })
  const Current = schemes.find((scheme) => scheme.value === colorScheme)?.icon ?? IconAuto
  return (
    <HeaderMenu
      label={t('scheme.title')}
      button={<Current size={18} />}
      items={schemes.map(({ value, label, icon: Icon }) => ({
        label: t(label),
        icon: <Icon size={16} />,
        current: value === colorScheme,
        onClick: () => setColorScheme(value),
      }))}
    />
  )
}

/** MeMenu says who is signed in, changes what is his own, and signs out. */
export function MeMenu() {
  const me = useMe()
  const may = useMay()
  const [changing, setChanging] = useState<OwnSecret | 'account'>()
  const signOut = useSignOut()
  const navigate = useNavigate()
  const box = useMyBox()
  if (!me) return null
  const leave = async () => {
    await signOut.mutateAsync()
    putAllAway()
    await navigate({ to: '/login' })
  }
  return (
    <>
      <HeaderMenu
        label={t('me.title', { name: me.displayName || me.username })}
        button={
          <>
            <IconUser size={17} aria-hidden />
            <span className="me-name">{me.displayName || me.username}</span>
          </>
        }
        heading={
          <>
            {me.username} · {tOr(`role.${me.role}`, me.role)}
            <br />
            {me.organization.name}
          </>
        }
        items={[
          ...(may('self:write')
            ? [
                { label: t('own.menuAccount'), onClick: () => setChanging('account') },
                ...(me.kind === 'person'
                  ? [{ label: t('own.menuRouting'), onClick: () => void navigate({ to: '/my/routing' }) }]
                  : []),
                ...(inUse(box)
                  ? [
                      {
                        label: box.new > 0 ? t('voicemail.titleNew', { n: box.new }) : t('voicemail.title'),
                        onClick: () => void navigate({ to: '/my/voicemail' }),
                      },
                    ]
                  : []),
                { label: t('own.menuPassword'), onClick: () => setChanging('password') },
              ]
            : []),
          ...(may('self:write') && me.kind === 'person'
            ? [{ label: t('own.menuPin'), onClick: () => setChanging('pin') }]
            : []),
          { label: t('signOut'), onClick: () => void leave() },
        ]}
      />
      {changing && (
        <Suspense fallback={null}>
          {changing === 'account' ? (
            <MyAccountDialog me={me} onClose={() => setChanging(undefined)} />
          ) : (
            <OwnSecretDialog secret={changing} onClose={() => setChanging(undefined)} />
          )}
        </Suspense>
      )}
    </>
  )
}
