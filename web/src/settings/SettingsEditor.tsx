import { TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, type KeyboardEvent } from 'react'
import { asProblem } from '../api/problem'
import { t } from '../locale'
import { useMay } from '../session/may'
import { ErrorView } from '../ui/ErrorView'
import { Inherited } from '../ui/Inherited'
import { problemText } from '../ui/problem-text'
import { settingsQuery, type Level } from './queries'
import { Reach } from './Reach'
import { ReviewBar } from './ReviewBar'
import { SettingInput, settingName } from './SettingInput'
import { useSettingChanges } from './use-changes'

const sections = ['call', 'voicemail', 'dial', 'permission', 'region', 'portal', 'sip'] as const

interface Props {
  level: Level
  owner: number
  /** onWaiting tells the form around how many changes are not saved yet. */
  onWaiting?: (n: number) => void
}

/** SettingsEditor draws the settings of a place from the catalogue: each with where it comes from, and what is changed is previewed before it is saved. */
export function SettingsEditor({ level, owner, onWaiting }: Props) {
  const list = useQuery(settingsQuery(level, owner))
  const may = useMay()
  const [search, setSearch] = useState('')
  const changes = useSettingChanges(level, owner)
  if (list.error && !list.data) return <ErrorView error={list.error} retry={() => void list.refetch()} retrying />
  if (!list.data) return <div className="skeleton" role="status" aria-label={t('loading')} />

  const needle = search.trim().toLowerCase()
  const found = list.data.filter(
    (setting) =>
      needle === '' || `${settingName(setting)} ${setting.key} ${setting.help}`.toLowerCase().includes(needle),
  )
  return (
    // What is typed in its fields passes through here; the section itself takes no keys.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section aria-label={t('settings.of')} onKeyDown={keepEnter}>
      <TextInput
        type="search"
        className="settings-search"
        label={t('settings.search')}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {sections.map((section) => {
        const lines = found.filter((setting) => setting.key.startsWith(`${section}.`))
        if (lines.length === 0) return null
        return (
          <fieldset key={section} className="settings-list">
            <legend>{t(`settings.section.${section}`)}</legend>
            {section === 'permission' && <p className="dimmed">{t('settings.noInternal')}</p>}
            {lines.map((setting) => (
              <div className="setting" key={setting.key} data-inherited={setting.own === undefined || undefined}>
                <SettingInput
                  setting={setting}
                  change={changes.of[setting.key]}
                  disabled={Boolean(setting.bound) || !may('settings:write')}
                  onChange={(to) => changes.change(setting, to)}
                />
                <Inherited
                  setting={setting}
                  pending={changes.of[setting.key] !== undefined}
                  onReset={
                    setting.own !== undefined && may('settings:write')
                      ? () => changes.change(setting, { key: setting.key, value: null })
                      : undefined
                  }
                />
                {level !== 'user' && level !== 'device' && <Reach setting={setting} level={level} owner={owner} />}
              </div>
            ))}
          </fieldset>
        )
      })}
      {found.length === 0 && <p className="dimmed">{t('settings.noneFound')}</p>}
      <ReviewBar changes={changes} settings={list.data} onWaiting={onWaiting} />
    </section>
  )
}

/** keepEnter holds Enter back from a form around: settings are saved by themselves. */
function keepEnter(event: KeyboardEvent) {
  if (event.key === 'Enter' && event.target instanceof HTMLInputElement) event.preventDefault()
}

/** failureText is what a refused change says. */
export function failureText(failure: unknown): string {
  const problem = asProblem(failure)
  return problem.fields.value ?? problemText(problem)
}
