import { Checkbox, Select, Switch, TextInput } from '@mantine/core'
import type { Setting } from '../api/types'
import { languages, t, tOr } from '../locale'
import { timeZones } from '../locale/zones'
import type { SettingWrite } from './queries'
import { valueHere, writeOf } from './use-changes'

interface Props {
  setting: Setting
  change: SettingWrite | undefined
  disabled: boolean
  onChange: (to: SettingWrite | undefined) => void
}

/** SettingInput is the field of one setting, drawn by its type. What is set here and does not count is struck through. */
export function SettingInput({ setting, change, disabled, onChange }: Props) {
  const label = settingName(setting)
  const description = tOr(`setting.${setting.key}.help`, setting.help)
  const { value, locked } = valueHere(setting, change)
  const put = (to: string, lock = locked) => onChange(writeOf(setting, to, lock))
  return (
    <>
      {field()}
      {setting.own !== undefined && !setting.ownCounts && (
        <s className="dimmed">{settingValue(setting, setting.own)}</s>
      )}
      {setting.lockable && (setting.own !== undefined || change?.value) && (
        <Checkbox
          size="md"
          label={t('settings.lock', { name: label })}
          checked={locked}
          disabled={disabled}
          onChange={(event) => put(value, event.currentTarget.checked)}
        />
      )}
    </>
  )

  function field() {
    switch (setting.type) {
      case 'bool':
        return (
          <Switch
            label={label}
            description={description}
            checked={value === 'true'}
            disabled={disabled}
            onChange={(event) => put(String(event.currentTarget.checked))}
          />
        )
      case 'choice':
      case 'language':
      case 'timeZone':
      case 'shownNumber':
        return (
          <Select
            label={label}
            description={description}
            data={choices(setting)}
            searchable={setting.type === 'timeZone' || setting.type === 'shownNumber'}
            value={value}
            disabled={disabled}
            onChange={(to) => to !== null && to !== value && put(to)}
          />
        )
      default:
        return (
          <TextInput
            label={label}
            description={description}
            value={value}
            disabled={disabled}
            onChange={(event) => put(event.currentTarget.value)}
            autoComplete="off"
          />
        )
    }
  }
}

function choices(setting: Setting) {
  if (setting.type === 'language') return Object.entries(languages).map(([value, label]) => ({ value, label }))
  if (setting.type === 'timeZone') return timeZones(setting.value)
  const own = setting.own !== undefined && !setting.choices?.includes(setting.own) ? [setting.own] : []
  return [...(setting.choices ?? []), ...own].map((value) => ({ value, label: settingValue(setting, value) }))
}

/** settingName is a setting in words. */
export function settingName(setting: Setting): string {
  return tOr(`setting.${setting.key}`, setting.label)
}

/** settingValue is a value of a setting in words. */
export function settingValue(setting: Setting, value: string): string {
  if (setting.type === 'bool') return value === 'true' ? t('yes') : t('no')
  return tOr(`setting.${setting.key}.${value}`, value)
}
