import { Radio, Switch, TextInput } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { RingGroup, RingMember } from '../api/types'
import { asProblem } from '../api/problem'
import { t } from '../locale'
import { NumberField } from '../numbers/NumberField'
import { freeNumber } from '../numbers/queries'
import { useMay } from '../session/may'
import { IconPlus } from '../ui/icons'
import { problemText } from '../ui/problem-text'
import type { FormState } from '../ui/use-form'
import { HolderPicker } from './HolderPicker'
import { Members } from './Members'
import { strategies, type Known, type RingGroupValues } from './values'

interface Props {
  form: FormState<RingGroupValues>
  group?: RingGroup
  known: Known
  onMeet: (member: RingMember) => void
  onName: (value: string, name: string) => void
}

/** RingGroupFieldset is the fields of a ring group. */
export function RingGroupFieldset({ form, group, known, onMeet, onName }: Props) {
  const may = useMay()
  const { values, errors } = form
  const each = values.strategy === 'all' ? 'all' : 'each'
  const offer = async () => {
    try {
      form.set('number', await freeNumber())
    } catch (error) {
      form.invalid({ number: problemText(asProblem(error)) })
    }
  }
  return (
    <>
      <div className="fields">
        <TextInput
          {...form.text('name')}
          label={`(*) ${t('ringGroup.name')}`}
          required
          withAsterisk={false}
          maxLength={100}
          autoComplete="off"
          autoFocus={!group}
        />
        <NumberField
          {...form.text('number')}
          label={t('ringGroup.number')}
          {...(group?.number && { own: group.number })}
          note={values.number === '' ? t('ringGroup.numberHelp') : undefined}
          onOffer={may('numbers:write') ? () => void offer() : undefined}
        />
        <Radio.Group {...form.choice('strategy')} label={t('ringGroup.strategy')}>
          <div className="stack">
            {strategies.map((value) => (
              <Radio
                key={value}
                value={value}
                label={t(`ringGroup.strategy.${value}`)}
                description={t(`ringGroup.strategyHelp.${value}`)}
              />
            ))}
          </div>
        </Radio.Group>
        <TextInput
          {...form.text('ringSeconds')}
          className="ring-seconds"
          label={t(`ringGroup.ringSeconds.${each}`)}
          inputMode="numeric"
          maxLength={4}
          autoComplete="off"
        />
        <Switch {...form.check('skipBusy')} label={t('ringGroup.skipBusy')} description={t('ringGroup.skipBusyHelp')} />
      </div>
      <section className="section" aria-labelledby="ring-members">
        <h2 id="ring-members">{t('ringGroup.members')}</h2>
        <p className="dimmed">{t('ringGroup.membersHelp')}</p>
        {values.strategy === 'inTurn' && values.memberIds.length > 1 && (
          <p className="dimmed">{t('ringGroup.orderHelp')}</p>
        )}
        <Members
          ids={values.memberIds}
          people={known.people}
          onChange={(ids) => form.set('memberIds', ids)}
          onMeet={onMeet}
          ordered={values.strategy === 'inTurn'}
          error={errors.memberIds}
        />
      </section>
      <div className="fields section">
        <HolderPicker
          // What somebody else saved meanwhile is a choice that the list has not been asked for.
          key={`${form.base.then} ${form.differences.length}`}
          label={t('ringGroup.then')}
          visibleLabel
          description={t('ringGroup.thenHelp')}
          {...(group && { without: `ring_group/${group.id}` })}
          name={known.names[values.then]}
          value={values.then}
          onChange={(to, name) => {
            if (to) onName(to, name)
            form.set('then', to)
          }}
          error={errors.then}
        />
      </div>
      {group && <OutsideNumbers group={group} />}
    </>
  )
}

/** OutsideNumbers is those that lead here; they are given on their own page. */
function OutsideNumbers({ group }: { group: RingGroup }) {
  const may = useMay()
  return (
    <section className="section" aria-labelledby="ring-outside">
      <h2 id="ring-outside">{t('user.outsideNumbers')}</h2>
      {group.outsideNumbers.length === 0 && <p className="dimmed">{t('ringGroup.noOutside')}</p>}
      {group.outsideNumbers.length > 0 && (
        <ul className="ring-outside">
          {group.outsideNumbers.map((number) => (
            <li key={number} className="digits">
              <Link to="/numbers" search={{ tab: 'outside', q: number }}>
                {number}
              </Link>
            </li>
          ))}
        </ul>
      )}
      {may('pools:write') && (
        <Link to="/numbers" search={{ tab: 'outside', forGroup: group.id }} className="icon-link">
          <IconPlus size={14} aria-hidden />
          {t('routing.addNumber')}
        </Link>
      )}
    </section>
  )
}
