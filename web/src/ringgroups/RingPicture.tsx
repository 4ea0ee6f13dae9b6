import { t } from '../locale'
import { Part } from '../routing/Part'
import { IconArrowRight, IconRingGroup } from '../ui/icons'
import { StateMark } from '../ui/marks'
import { HolderLink } from './HolderLink'
import { holderOf, type Holder, type Known, type RingGroupValues } from './values'

interface Props {
  values: RingGroupValues
  outsideNumbers: string[]
  known: Known
}

const namesShown = 8

/** RingPicture draws how a call gets to a ring group, whom it rings there, and where it goes on. */
export function RingPicture({ values, outsideNumbers, known }: Props) {
  const { number, memberIds, strategy, ringSeconds, skipBusy, then } = values
  const numbers = [
    ...(number.trim() ? [{ kind: 'extension' as const, value: number.trim() }] : []),
    ...outsideNumbers.map((value) => ({ kind: 'outside' as const, value })),
  ]
  const shown = memberIds.slice(0, namesShown)
  const Names = strategy === 'inTurn' ? 'ol' : 'ul'
  return (
    <div className="routing ring-picture">
      <Part title="routing.numbers">
        <ul className="routing-boxes">
          {numbers.map(({ kind, value }) => (
            <li key={value} className="routing-box">
              <span className="dimmed">{t(kind === 'outside' ? 'routing.outside' : 'ringGroup.number')}</span>
              <span className="strong digits">{value}</span>
            </li>
          ))}
          {numbers.length === 0 && <li className="routing-box dimmed">{t('routing.noNumber')}</li>}
        </ul>
      </Part>
      <IconArrowRight className="routing-arrow" size={20} aria-hidden />
      <Part title="ringGroup.called">
        <div className="routing-box routing-line" data-off={memberIds.length === 0 || undefined}>
          <IconRingGroup size={18} aria-hidden />
          <span className="strong">
            {memberIds.length === 0
              ? t('ringGroup.nobody')
              : t(`ringGroup.rings.${strategy}`, { seconds: ringSeconds.trim() || '–' })}
          </span>
          {shown.length > 0 && (
            <Names>
              {shown.map((id) => (
                <li key={id}>
                  {known.people[id]?.name ?? id} <span className="digits dimmed">{known.people[id]?.number}</span>{' '}
                  {known.people[id]?.enabled === false && <StateMark enabled={false} />}
                </li>
              ))}
              {memberIds.length > shown.length && (
                <li className="dimmed">{t('groups.andMore', { n: memberIds.length - shown.length })}</li>
              )}
            </Names>
          )}
          {skipBusy && memberIds.length > 0 && <p className="dimmed">{t('ringGroup.leftOut')}</p>}
        </div>
      </Part>
      <IconArrowRight className="routing-arrow" size={20} aria-hidden />
      <Part title="ringGroup.then">
        <div className="routing-box">
          {then ? (
            <HolderLink holder={holderOf(then) as Holder}>
              <span className="strong">{known.names[then]}</span>
            </HolderLink>
          ) : (
            <span className="dimmed">{t('ringGroup.ends')}</span>
          )}
        </div>
      </Part>
    </div>
  )
}
