import { Button } from '@mantine/core'
import type { DeletedThing, ProblemBody } from '../api/types'
import { t } from '../locale'
import { advise } from '../ui/advise'
import { ErrorView } from '../ui/ErrorView'
import { useRestore } from './queries'
import { restoredText } from './restored'
import { Modal } from '../ui/Modal'

export interface Proposed {
  thing: DeletedThing
  /** taken are the numbers that somebody else has now, and what is free instead. */
  taken: NonNullable<ProblemBody['taken']>
}

/** RestoreDialog says whose number it is now, and offers the next free one. */
export function RestoreDialog({ thing, taken, onClose }: Proposed & { onClose: () => void }) {
  const restore = useRestore()
  const confirm = async () => {
    advise(
      {
        tone: 'done',
        text: restoredText(thing.name, await restore.mutateAsync({ id: thing.id, numbers: 'next' })),
      },
      'here',
    )
    onClose()
  }
  return (
    <Modal opened onClose={onClose} title={t('restore.title')} closeButtonProps={{ 'aria-label': t('close') }}>
      <div className="dialog">
        <ul className="going">
          {taken.map((number) => (
            <li key={number.number}>
              {t('restore.instead', { name: number.user.displayName, number: number.number, next: number.next })}{' '}
              <span className="dimmed">{number.by}</span>
            </li>
          ))}
        </ul>
        <p>{t('restore.text')}</p>
        {restore.error && <ErrorView error={restore.error} />}
        <div className="dialog-bar">
          <Button data-autofocus loading={restore.isPending} onClick={() => void confirm().catch(() => undefined)}>
            {t('restore.next')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
        </div>
      </div>
    </Modal>
  )
}
