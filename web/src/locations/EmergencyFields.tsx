import { TextInput } from '@mantine/core'
import type { User } from '../api/types'
import { t } from '../locale'
import type { TextProps } from '../ui/use-form'
import { LocationSelect } from './LocationSelect'

export interface EmergencyFieldsProps {
  location: { name: string; value: string; onChange: (value: string | null) => void; error: string | undefined }
  address: TextProps
  /** effective is what counts as it is saved now. */
  effective: User['effectiveEmergency'] | undefined
  /** offices to choose from, for those who may not list them all. */
  offices?: { id: number; name: string }[]
}

/** EmergencyFields is where the emergency service is sent: a location, or a private address. */
export function EmergencyFields({ location, address, effective, offices }: EmergencyFieldsProps) {
  return (
    <>
      <p className="dimmed">{t('emergency.help')}</p>
      <LocationSelect
        {...location}
        {...(offices && { offices })}
        label={t('emergency.location')}
        placeholder={t('emergency.inherited')}
      />
      <TextInput
        {...address}
        label={t('emergency.address')}
        description={t('emergency.addressHelp')}
        maxLength={200}
        autoComplete="off"
      />
      {effective && <p role="status">{sentTo(effective)}</p>}
    </>
  )
}

function sentTo({ from, locationName, address }: User['effectiveEmergency']): string {
  const place = [locationName, address].filter(Boolean).join(': ')
  return from === 'none' || !place ? t('emergency.none') : t(`emergency.from.${from}`, { place })
}
