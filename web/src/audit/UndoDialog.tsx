import { Checkbox } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ChangeSet } from '../api/types'
import { serverText, t } from '../locale'
import { advise } from '../ui/advise'
import { DangerDialog } from '../ui/DangerDialog'
import { ErrorView } from '../ui/ErrorView'
import { changeText, fieldLabel } from './change-text'
import { undoPreviewQuery, useUndo, type Thing } from './queries'

const key = (thing: Thing) => `${thing.kind} ${thing.id ?? 0} ${thing.key ?? ''}`

const named = ({ kind, id, key: name }: Thing): Thing =>
  name === undefined ? { kind, id } : id === undefined ? { kind, key: name } : { kind, id, key: name }

/** UndoDialog takes a change back, and shows first what was changed since: that stays unless it is ticked. */
export function UndoDialog({ change, onClose }: { change: ChangeSet; onClose: () => void }) {
  const undo = useUndo()
  const preview = useQuery(undoPreviewQuery(change.id))
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set())
  const since = preview.data?.left ?? []
  const confirm = async () => {
    const overwrite = since.filter((thing) => ticked.has(key(thing))).map(named)
    const { data } = await undo.mutateAsync({ id: change.id, overwrite })
    const left = data.left.map((thing) =>
      t('audit.left', {
        name: thing.name,
        why: serverText(thing.reason) || t('audit.changedBy', { who: thing.changedBy }),
      }),
    )
    advise(
      {
        tone: 'done',
        text: [t('audit.undoneLine', { what: changeText(change) }), ...left, ...data.notes.map(serverText)].join(' '),
      },
      'here',
    )
    onClose()
  }
  const toggle = (name: string) =>
    setTicked((before) => {
      const after = new Set(before)
      if (!after.delete(name)) after.add(name)
      return after
    })
  return (
    <DangerDialog title={t('audit.undoTitle')} confirm={t('undo')} onClose={onClose} onConfirm={confirm}>
      <p>{t('audit.undoText', { what: changeText(change) })}</p>
      {preview.error && <ErrorView error={preview.error} />}
      {preview.isPending && <div className="skeleton" role="status" aria-label={t('loading')} />}
      {preview.data && since.length === 0 && <p>{t('audit.nothingSince')}</p>}
      {since.length > 0 && (
        <fieldset className="since">
          <legend className="visually-hidden">{t('audit.since')}</legend>
          <p aria-hidden>{t('audit.since')}</p>
          {since.map((thing) => (
            <Checkbox
              key={key(thing)}
              checked={ticked.has(key(thing))}
              onChange={() => toggle(key(thing))}
              label={thing.name || key(thing)}
              description={[
                serverText(thing.reason),
                thing.fields.map((field) => fieldLabel(thing.kind, field)).join(', '),
                thing.changedBy && t('audit.changedBy', { who: thing.changedBy }),
              ]
                .filter(Boolean)
                .join(' · ')}
            />
          ))}
        </fieldset>
      )}
      {preview.data?.notes.map((note) => (
        <p key={note} className="dimmed">
          {serverText(note)}
        </p>
      ))}
      <p className="dimmed">{t('audit.undoSecrets')}</p>
    </DangerDialog>
  )
}
