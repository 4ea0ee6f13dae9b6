import { Radio } from '@mantine/core'
import { t } from '../locale'

export interface SecurityChoiceProps {
  value: string
  onChange: (value: string) => void
  /** inherited is what holds when nothing is chosen here, where that is known. */
  inherited: string | undefined
  /** from is whose choice that is. */
  from: 'user' | 'organization'
}

/** SecurityChoice is how well calls must be protected, in plain words. */
export function SecurityChoice({ value, onChange, inherited, from }: SecurityChoiceProps) {
  const above = t(`security.from.${from}`)
  const what = inherited && t(inherited === 'any' ? 'security.any' : 'security.secure')
  return (
    <Radio.Group
      className="choices"
      label={t('security.title')}
      description={t('security.why')}
      value={value}
      onChange={onChange}
    >
      <div className="stack">
        <Radio value="" label={what ? `${above} (${what})` : above} />
        <Radio value="secure" label={t('security.secure')} description={t('security.secureHelp')} />
        <Radio value="any" label={t('security.any')} description={t('security.anyHelp')} />
      </div>
    </Radio.Group>
  )
}
