import { Button, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import type { Hold, Occupancy } from '../api/types'
import { t } from '../locale'
import { IconAlert, IconCheck, IconClock } from '../ui/icons'
import type { TextProps } from '../ui/use-form'
import { standing } from './occupancy'
import { occupancyQuery } from './queries'

export interface NumberFieldProps extends TextProps {
  label: string
  /** own is the number that this thing already has. */
  own?: string
  /** hold is the number kept for this form. */
  hold?: Hold | undefined
  /** lapsed: it was kept, and its time is over. */
  lapsed?: boolean | undefined
  onPick?: (number: string) => void
  /** onNext keeps the next free number for this form. */
  onNext?: (() => void) | undefined
  /** onOffer puts a free number where there is none. */
  onOffer?: (() => void) | undefined
  note?: string | undefined
  /** outside: what is typed is read as a number of the public network. */
  outside?: boolean
}

/** NumberField shows who holds the number while it is typed, and offers the next free one. */
export function NumberField({
  label,
  own,
  hold,
  lapsed,
  onPick,
  onNext,
  onOffer,
  note,
  outside,
  ...text
}: NumberFieldProps) {
  const [settled] = useDebouncedValue(text.value.trim(), 150)
  const ended = Boolean(lapsed) && settled !== '' && settled === hold?.number
  const mine = settled === '' || settled === own || (settled === hold?.number && !ended)
  const { data } = useQuery({ ...occupancyQuery(settled, outside), enabled: !mine && settled.length <= 64 })
  const shown = !mine && settled === text.value.trim() ? data : undefined
  const state = ended && shown?.state === 'free' ? 'held' : shown?.state
  return (
    <div className="number-field">
      <TextInput
        {...text}
        label={label}
        inputMode="tel"
        autoComplete="off"
        classNames={{ input: 'digits' }}
        rightSection={<NumberSymbol state={mine && settled !== '' ? 'free' : state} />}
      />
      <div className="field-note" role="status" data-state={state}>
        {ended && `${t('number.lapsed', { number: settled })} `}
        {shown
          ? ended && shown.state === 'free'
            ? t('number.stillFree')
            : describe(shown, Boolean(outside))
          : mine && hold && settled === hold.number
            ? t('number.held', { pool: hold.pool })
            : !ended && note}
        {ended && onNext && (
          <Button size="compact-xs" variant="subtle" onClick={onNext}>
            {t('number.next')}
          </Button>
        )}
        {onOffer && text.value === '' && (
          <Button size="compact-xs" variant="subtle" onClick={onOffer}>
            {t('number.offer')}
          </Button>
        )}
        {shown && shown.state !== 'free' && hold && !lapsed && onPick && (
          <Button size="compact-xs" variant="subtle" onClick={() => onPick(hold.number)}>
            {t('number.useFree', { number: hold.number })}
          </Button>
        )}
      </div>
    </div>
  )
}

function describe(occupancy: Occupancy, outside: boolean): string {
  if (outside) return occupancy.shown ? `${occupancy.shown} · ${standing(occupancy)}` : standing(occupancy)
  if (occupancy.state === 'free' && occupancy.inPool === undefined && /^\d+$/.test(occupancy.value)) {
    return t('number.outsidePool')
  }
  return standing(occupancy)
}

/** NumberSymbol is the sign of what a number is: free, held, or taken. The words beside it say the same. */
export function NumberSymbol({ state }: { state: Occupancy['state'] | undefined }) {
  if (state === 'free') return <IconCheck size={16} className="good" aria-hidden />
  if (state === 'held') return <IconClock size={16} className="warn" aria-hidden />
  if (state) return <IconAlert size={16} className="bad" aria-hidden />
  return null
}
