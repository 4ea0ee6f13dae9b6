import { ActionIcon } from '@mantine/core'
import type { User } from '../api/types'
import { t } from '../locale'
import { IconX } from '../ui/icons'
import { At } from '../ui/Time'
import type { FormState } from '../ui/use-form'
import type { UserValues } from './values'

type Field = 'aliases' | 'formerUsernames'

/** EndingNames is the names of an account that a new number or a new username left behind, with the day they end. */
export function EndingNames({ form, ending }: { form: FormState<UserValues>; ending: User['ending'] }) {
  const holds = (value: string): Field | undefined =>
    (['aliases', 'formerUsernames'] as const).find((field) => form.values[field].includes(value))
  const shown = ending.flatMap(({ value, until }) => {
    const field = holds(value)
    return field ? [{ value, until, field }] : []
  })
  if (shown.length === 0) return null
  const remove = (field: Field, value: string) =>
    form.set(
      field,
      form.values[field].filter((one) => one !== value),
    )
  return (
    <section className="ending-names" aria-label={t('ending.title')}>
      <h3>{t('ending.title')}</h3>
      <p className="dimmed">{t('ending.help')}</p>
      <ul className="lines">
        {shown.map(({ value, until, field }) => (
          <li key={value}>
            <span className="strong digits">{value}</span>
            <span className="dimmed">{word(field, value)}</span>
            <span className="dimmed">
              {t('ending.until')} <At at={until} />
            </span>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={t('ending.remove', { name: value })}
              onClick={() => remove(field, value)}
            >
              <IconX size={14} />
            </ActionIcon>
          </li>
        ))}
      </ul>
    </section>
  )
}

function word(field: Field, value: string): string {
  if (field === 'formerUsernames') return t('ending.username')
  return t(/^\d+$/.test(value) ? 'ending.number' : 'ending.alias')
}
