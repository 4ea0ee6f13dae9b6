import { Button, Radio } from '@mantine/core'
import { useState } from 'react'
import type { Group } from '../api/types'
import { t } from '../locale'
import { ErrorView } from '../ui/ErrorView'
import { UsersPicker } from '../users/UsersPicker'
import { useChangeMembers, type MemberChange } from './members'
import { Modal } from '../ui/Modal'

/** AddMembersDialog puts several accounts into a group: as a further one, or as their home. */
export function AddMembersDialog({ group, onClose }: { group: Pick<Group, 'id' | 'name'>; onClose: () => void }) {
  const [ids, setIds] = useState<string[]>([])
  const [how, setHow] = useState<MemberChange>('added')
  const change = useChangeMembers(group)
  const add = () => change.mutate({ change: how, ids: ids.map(Number) }, { onSuccess: onClose })
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('members.addTitle', { name: group.name })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <div className="dialog">
        <UsersPicker label={t('members.who')} value={ids} onChange={setIds} />
        <Radio.Group
          label={t('members.how')}
          value={how}
          onChange={(to) => setHow(to === 'movedHome' ? 'movedHome' : 'added')}
        >
          <div className="stack">
            <Radio value="added" label={t('members.asFurther')} />
            <Radio value="movedHome" label={t('members.asHome')} />
          </div>
        </Radio.Group>
        {change.error && <ErrorView error={change.error} />}
        <div className="dialog-bar">
          <Button onClick={add} loading={change.isPending} disabled={ids.length === 0}>
            {t('members.addButton', { n: ids.length })}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
        </div>
      </div>
    </Modal>
  )
}
