import { Button } from '@mantine/core'
import { useEffect } from 'react'
import type { Setting, SettingEffects } from '../api/types'
import { t } from '../locale'
import { ErrorView } from '../ui/ErrorView'
import { LeaveGuard } from '../ui/Form'
import { settingName, settingValue } from './SettingInput'
import type { SettingChanges } from './use-changes'
import { Modal } from '../ui/Modal'

interface Props {
  changes: SettingChanges
  settings: Setting[]
  /** onWaiting tells the form around how many changes are not saved yet. */
  onWaiting?: ((n: number) => void) | undefined
}

/** ReviewBar says how many changes of settings wait, and shows who changes from what to what before they are saved (S2). */
export function ReviewBar({ changes, settings, onWaiting }: Props) {
  const { waiting, effects } = changes
  useEffect(() => onWaiting?.(waiting), [waiting, onWaiting])
  return (
    <>
      {changes.error !== undefined && <ErrorView error={changes.error} />}
      {waiting > 0 && (
        <div className="form-bar" role="group" aria-label={t('settings.waiting', { n: waiting })}>
          <span>{t('settings.waiting', { n: waiting })}</span>
          <Button onClick={changes.look} loading={changes.looking}>
            {t('settings.review')}
          </Button>
          <Button variant="default" onClick={changes.drop}>
            {t('cancel')}
          </Button>
        </div>
      )}
      <LeaveGuard dirty={waiting > 0} count={waiting} />
      {effects && (
        <Modal
          opened
          onClose={changes.back}
          title={t('settings.reviewTitle')}
          closeButtonProps={{ 'aria-label': t('close') }}
        >
          <Effects effects={effects} settings={settings} />
          <div className="dialog-bar">
            <Button onClick={changes.save} loading={changes.saving} data-autofocus>
              {t('settings.save')}
            </Button>
            <Button variant="default" onClick={changes.back}>
              {t('cancel')}
            </Button>
          </div>
        </Modal>
      )}
    </>
  )
}

function Effects({ effects, settings }: { effects: SettingEffects; settings: Setting[] }) {
  return (
    <>
      <p>{t('settings.changesFor', { n: effects.users, all: effects.under })}</p>
      <ul>
        {effects.changes.map((line) => {
          const setting = settings.find(({ key }) => key === line.key)
          return (
            <li key={`${line.user.id} ${line.key}`}>
              {line.user.displayName} {line.user.number}: {setting ? settingName(setting) : line.key}:{' '}
              {setting ? settingValue(setting, line.from) : line.from} →{' '}
              <strong>{setting ? settingValue(setting, line.to) : line.to}</strong>
            </li>
          )
        })}
      </ul>
      {(effects.more ?? 0) > 0 && <p>{t('settings.more', { n: effects.more ?? 0 })}</p>}
    </>
  )
}
