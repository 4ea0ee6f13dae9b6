import { Select, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Group } from '../api/types'
import { t, type TextKey } from '../locale'
import { ProfileNote } from '../profiles/ProfileField'
import { profilesQuery } from '../profiles/queries'
import type { FormState } from '../ui/use-form'

/** GroupFields is what the form of a group holds. */
export type GroupFields = Pick<
  Group,
  | 'name'
  | 'provisioningProfile'
  | 'streetAddress'
  | 'city'
  | 'state'
  | 'zipCode'
  | 'country'
  | 'contactSurname'
  | 'contactName'
  | 'contactRole'
  | 'phone'
  | 'mobile'
  | 'fax'
  | 'itEmail'
>

/** emptyGroup is what the form begins with. */
export const emptyGroup: GroupFields = {
  name: '',
  provisioningProfile: 'default',
  streetAddress: '',
  city: '',
  state: '',
  zipCode: '',
  country: '',
  contactSurname: '',
  contactName: '',
  contactRole: '',
  phone: '',
  mobile: '',
  fax: '',
  itEmail: '',
}

/** fieldsOf is the part of a group that the form edits. */
export function fieldsOf(group: Group): GroupFields {
  const fields = { ...emptyGroup }
  for (const name of Object.keys(emptyGroup) as (keyof GroupFields)[]) fields[name] = group[name] ?? ''
  return fields
}

const rest: {
  name: Exclude<keyof GroupFields, 'name' | 'provisioningProfile' | 'itEmail'>
  type?: string
  auto?: string
}[] = [
  { name: 'streetAddress' },
  { name: 'city' },
  { name: 'state' },
  { name: 'zipCode' },
  { name: 'country' },
  { name: 'contactSurname' },
  { name: 'contactName' },
  { name: 'contactRole' },
  { name: 'phone', type: 'tel' },
  { name: 'mobile', type: 'tel' },
  { name: 'fax', type: 'tel' },
]

/** GroupFieldset is the fields of a group, in the order of the manual. */
export function GroupFieldset({ form }: { form: FormState<GroupFields> }) {
  const profiles = useQuery(profilesQuery)
  const choices = new Set([
    ...(profiles.data?.items ?? []).map((profile) => profile.name),
    form.values.provisioningProfile || 'default',
  ])
  const chosen = profiles.data?.items.find((profile) => profile.name === form.values.provisioningProfile)
  return (
    <div className="fields labels-left">
      <TextInput
        {...form.text('name')}
        label={`(*) ${t('group.name')}`}
        required
        withAsterisk={false}
        autoComplete="off"
        autoFocus
      />
      <Select
        {...form.choice('provisioningProfile')}
        label={t('group.provisioningProfile')}
        description={<ProfileNote id={chosen?.id} help={t('group.provisioningProfileHelp')} />}
        data={[...choices]}
      />
      {rest.map(({ name, type }) => (
        <TextInput
          key={name}
          {...form.text(name)}
          label={t(`group.${name}` satisfies TextKey)}
          type={type}
          autoComplete="off"
        />
      ))}
      <TextInput
        {...form.text('itEmail')}
        label={t('group.itEmail')}
        description={t('group.itEmailHelp')}
        type="email"
        autoComplete="off"
      />
    </div>
  )
}
