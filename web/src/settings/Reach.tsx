import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Setting } from '../api/types'
import { t } from '../locale'
import { useMay } from '../session/may'
import { advise } from '../ui/advise'
import { ErrorView } from '../ui/ErrorView'
import { reachQuery, useResetBelow, type Level } from './queries'
import { failureText } from './SettingsEditor'
import { settingName, settingValue } from './SettingInput'

/** Reach tells, when asked, for whom a value counts and who has something of his own, and takes it from them (S2). */
export function Reach({ setting, level, owner }: { setting: Setting; level: Level; owner: number }) {
  const [open, setOpen] = useState(false)
  const reach = useQuery({ ...reachQuery(level, owner, setting.key), enabled: open })
  const reset = useResetBelow(level, owner, setting.key)
  const may = useMay()
  const take = async () => {
    try {
      const n = await reset.mutateAsync()
      advise({ tone: 'done', text: t('settings.resetBelowDone', { n }) }, 'here')
    } catch (failure) {
      advise({ tone: 'failed', text: failureText(failure) }, 'here')
    }
  }
  return (
    <div className="setting-origin">
      <Button
        size="compact-xs"
        variant="subtle"
        aria-expanded={open}
        aria-label={t('settings.forWhomOf', { name: settingName(setting) })}
        onClick={() => setOpen(!open)}
      >
        {t('settings.forWhom')}
      </Button>
      {open && reach.error && <ErrorView error={reach.error} />}
      {open && reach.data && (
        <div>
          <p>
            {setting.own !== undefined && t('settings.applies', { applies: reach.data.applies, all: reach.data.users })}
            {reach.data.ownCount > 0
              ? ` ${t('settings.haveOwn', { n: reach.data.ownCount })}`
              : setting.own === undefined && t('settings.nobodyOwn')}
          </p>
          {reach.data.ownCount > 0 && (
            <>
              <ul>
                {reach.data.own.map((line) => (
                  <li key={`${line.user.id} ${line.deviceId ?? 0}`}>
                    <Link to="/accounts/$id" params={{ id: String(line.user.id) }}>
                      {line.user.displayName}
                    </Link>
                    {line.deviceName && ` (${line.deviceName})`}: {settingValue(setting, line.value)}
                  </li>
                ))}
              </ul>
              {may('settings:write') && (
                <Button size="compact-sm" variant="default" onClick={take} loading={reset.isPending}>
                  {t('settings.resetBelow')}
                </Button>
              )}
            </>
          )}
        </div>
      )}
    </div>
  )
}
