import { useState } from 'react'
import { asProblem } from '../api/problem'
import type { Setting, SettingEffects } from '../api/types'
import { t } from '../locale'
import { advise } from '../ui/advise'
import { usePreviewSettings, useWriteSettings, type Level, type SettingWrite } from './queries'

/** SettingChanges is what waits to be saved at a place, what it would do, and the two steps to save it. */
export interface SettingChanges {
  of: Record<string, SettingWrite>
  waiting: number
  change: (setting: Setting, to: SettingWrite | undefined) => void
  drop: () => void
  /** look asks for whom what would change; only then save is offered. */
  look: () => Promise<void>
  looking: boolean
  effects: SettingEffects | undefined
  back: () => void
  save: () => Promise<void>
  saving: boolean
  error: unknown
}

/** useSettingChanges keeps the changes of a place's settings until they were looked at and saved, all or none. */
export function useSettingChanges(level: Level, owner: number): SettingChanges {
  const [of, setOf] = useState<Record<string, SettingWrite>>({})
  const [effects, setEffects] = useState<SettingEffects>()
  const [error, setError] = useState<unknown>()
  const preview = usePreviewSettings(level, owner)
  const write = useWriteSettings(level, owner)
  const values = Object.values(of)
  return {
    of,
    waiting: values.length,
    change: (setting, to) => setOf((all) => changed(all, setting.key, to)),
    drop: () => {
      setOf({})
      setError(undefined)
    },
    look: async () => {
      setError(undefined)
      try {
        setEffects(await preview.mutateAsync(values))
      } catch (failure) {
        setError(asProblem(failure))
      }
    },
    looking: preview.isPending,
    effects,
    back: () => setEffects(undefined),
    save: async () => {
      try {
        await write.mutateAsync(values)
        setOf({})
        advise({ tone: 'done', text: t('settings.savedMany', { n: values.length }) }, 'here')
      } catch (failure) {
        setError(asProblem(failure))
      }
      setEffects(undefined)
    },
    saving: write.isPending,
    error,
  }
}

/** changed is all changes with one of them put, or taken back. */
export function changed(
  all: Record<string, SettingWrite>,
  key: string,
  to: SettingWrite | undefined,
): Record<string, SettingWrite> {
  const others = Object.fromEntries(Object.entries(all).filter(([other]) => other !== key))
  return to ? { ...others, [key]: to } : others
}

/** valueHere is what a field of a setting shows: what waits to be saved, else what counts. */
export function valueHere(setting: Setting, change: SettingWrite | undefined): { value: string; locked: boolean } {
  return {
    value: change ? (change.value ?? setting.inherited) : setting.value,
    locked: change?.locked ?? setting.ownLocked ?? false,
  }
}

/** writeOf is the change that sets a value here; undefined where it is set so already. */
export function writeOf(setting: Setting, value: string, locked: boolean): SettingWrite | undefined {
  if (value === setting.own && locked === (setting.ownLocked ?? false)) return undefined
  return { key: setting.key, value, locked, version: setting.version }
}
