import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { t } from '../locale'
import { AddBlock } from './AddBlock'
import { AddFile } from './AddFile'
import { AddOne } from './AddOne'
import type { Holder } from '../ringgroups/values'
import { Modal } from '../ui/Modal'

const ways = ['one', 'block', 'file'] as const

/** AddNumbersDialog adds outside numbers: one, which may be for somebody, a block, or those of a file. */
export function AddNumbersDialog({ to, onClose }: { to: Holder | undefined; onClose: () => void }) {
  const [way, setWay] = useState<(typeof ways)[number]>('one')
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('outside.add')}
      size={way === 'one' ? 'md' : 'xl'}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <SegmentedControl
        className="choice-above"
        aria-label={t('outside.how')}
        name="way"
        value={way}
        onChange={(chosen) => setWay(ways.find((one) => one === chosen) ?? 'one')}
        data={ways.map((value) => ({ value, label: t(`outside.how.${value}`) }))}
      />
      {way === 'one' && <AddOne to={to} onClose={onClose} />}
      {way === 'block' && <AddBlock onClose={onClose} />}
      {way === 'file' && <AddFile onClose={onClose} />}
    </Modal>
  )
}
