import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Setting } from '../api/types'
import { t, tOr } from '../locale'
import { settingValue } from '../settings/SettingInput'

interface Props {
  setting: Setting
  /** pending: a change of it waits to be saved. */
  pending: boolean
  onReset: (() => void) | undefined
}

/** Inherited says where a value comes from, by name and with a link, and returns to the inherited one. */
export function Inherited({ setting, pending, onReset }: Props) {
  const name = tOr(`setting.${setting.key}`, setting.label)
  return (
    <div className="setting-origin">
      {setting.bound ? (
        <>
          {t('settings.lockedBy')} <Origin from={setting.inheritedFrom} />
        </>
      ) : setting.ownCounts ? (
        t('settings.ownHere')
      ) : setting.from.level === 'kind' ? (
        t('settings.becauseSpace')
      ) : (
        <>
          {t('settings.comesFrom')} <Origin from={setting.from} />
        </>
      )}
      {pending && <span> · {t('settings.notSaved')}</span>}
      {onReset && (
        <Button size="compact-xs" variant="subtle" onClick={onReset} aria-label={t('settings.resetOne', { name })}>
          {t('settings.inheritedValue', { value: settingValue(setting, setting.inherited) })}
        </Button>
      )}
    </div>
  )
}

/** Origin is a place in words, linked where it has a form. */
export function Origin({ from }: { from: Setting['from'] }): ReactNode {
  const level = tOr(`level.${from.level}`, from.level)
  const text = from.name ? `${level} ${from.name}` : level
  const id = String(from.id ?? 0)
  if (from.level === 'group' && from.id) {
    return (
      <Link to="/groups/$id" params={{ id }}>
        {text}
      </Link>
    )
  }
  if (from.level === 'user' && from.id) {
    return (
      <Link to="/accounts/$id" params={{ id }}>
        {text}
      </Link>
    )
  }
  if (from.level === 'location' && from.id) {
    return (
      <Link to="/locations/$id" params={{ id }}>
        {text}
      </Link>
    )
  }
  const assigned = from.assignedLevel
    ? ` (${tOr(`level.${from.assignedLevel}`, from.assignedLevel)} ${from.assignedName ?? ''})`
    : ''
  if (from.level === 'profile' && from.id) {
    return (
      <>
        <Link to="/settings/profiles/$id" params={{ id }}>
          {text}
        </Link>
        {assigned}
      </>
    )
  }
  return text + assigned
}
