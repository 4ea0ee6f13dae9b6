import type { User, UserInput, UserKind } from '../api/types'
import { changedFields, pick } from '../ui/merge'

/** UserValues is what the form of a user holds: texts as typed, ids of choices as text. */
export interface UserValues {
  kind: UserKind
  firstName: string
  lastName: string
  displayName: string
  groupId: string
  number: string
  email: string
  enabled: boolean
  username: string
  authAccountName: string
  externalId: string
  aliases: string[]
  formerUsernames: string[]
  outsideNumbers: string[]
  groups: string[]
  role: string
  portalPassword: string
  voicemailPin: string
  sipPassword: string
  security: string
  language: string
  timeZone: string
  jobTitle: string
  department: string
  mobile: string
  fax: string
  custom1: string
  custom2: string
  custom3: string
  streetAddress: string
  zipCode: string
  city: string
  state: string
  country: string
  photo: string
  locationId: string
  provisioningProfileId: string
  emergencyLocationId: string
  emergencyAddress: string
}

/** emptyUser is what the form of a new user begins with. */
export const emptyUser: UserValues = {
  kind: 'person',
  firstName: '',
  lastName: '',
  displayName: '',
  groupId: '',
  number: '',
  email: '',
  enabled: true,
  username: '',
  authAccountName: '',
  externalId: '',
  aliases: [],
  formerUsernames: [],
  outsideNumbers: [],
  groups: [],
  role: 'user',
  portalPassword: '',
  voicemailPin: '',
  sipPassword: '',
  security: '',
  language: '',
  timeZone: '',
  jobTitle: '',
  department: '',
  mobile: '',
  fax: '',
  custom1: '',
  custom2: '',
  custom3: '',
  streetAddress: '',
  zipCode: '',
  city: '',
  state: '',
  country: '',
  photo: '',
  locationId: '',
  provisioningProfileId: '',
  emergencyLocationId: '',
  emergencyAddress: '',
}

export type UserField = keyof UserValues

/** basicFields stand on the first screen; the others behind the tabs. */
export const basicFields = [
  'kind',
  'firstName',
  'lastName',
  'displayName',
  'groupId',
  'number',
  'outsideNumbers',
  'email',
  'enabled',
  'locationId',
] as const

/** tabFields stand behind each of the tabs. */
export const tabFields: Record<string, readonly UserField[]> = {
  names: ['displayName', 'username', 'aliases', 'formerUsernames', 'externalId'],
  passwords: ['portalPassword', 'voicemailPin', 'sipPassword'],
  groups: ['groups'],
  access: ['role', 'authAccountName'],
  security: ['security'],
  contact: [
    'jobTitle',
    'department',
    'mobile',
    'fax',
    'language',
    'timeZone',
    'photo',
    'custom1',
    'custom2',
    'custom3',
  ],
  emergency: ['emergencyLocationId', 'emergencyAddress'],
  address: ['streetAddress', 'zipCode', 'city', 'state', 'country'],
  settings: ['provisioningProfileId'],
}

/** differing is how many fields behind a tab are not as a new user has them. */
export function differing(values: UserValues, tab: string): number {
  const changed = changedFields(emptyUser, values)
  const fields =
    values.kind === 'person' || tab !== 'names'
      ? tabFields[tab]
      : ['username', 'aliases', 'formerUsernames', 'externalId']
  return (fields ?? []).filter((field) => (changed as string[]).includes(field)).length
}

/** valuesOf is a user as the form shows it. Secrets are never read back. */
export function valuesOf(user: User): UserValues {
  const values: UserValues = { ...emptyUser }
  for (const field of Object.keys(emptyUser) as UserField[]) {
    if (
      field === 'groupId' ||
      field === 'locationId' ||
      field === 'provisioningProfileId' ||
      field === 'emergencyLocationId' ||
      field === 'groups' ||
      field === 'portalPassword' ||
      field === 'voicemailPin' ||
      field === 'sipPassword'
    )
      continue
    const value = user[field]
    if (value !== undefined && value !== null) Object.assign(values, { [field]: value })
  }
  // The server answers with the name that is shown; one made of first and last name is nobody's choice.
  if (values.displayName === fullName(values)) values.displayName = ''
  values.groupId = user.groupId ? String(user.groupId) : ''
  values.locationId = user.locationId ? String(user.locationId) : ''
  values.provisioningProfileId = user.provisioningProfileId ? String(user.provisioningProfileId) : ''
  values.emergencyLocationId = user.emergencyLocationId ? String(user.emergencyLocationId) : ''
  values.groups = (user.groups ?? []).map((group) => group.name)
  return values
}

/** fullName is how first and last name are shown. */
export function fullName({ firstName, lastName }: { firstName: string; lastName: string }): string {
  return `${firstName.trim()} ${lastName.trim()}`.trim()
}

/** copyOf is another user's settings without names, numbers and secrets. */
export function copyOf(user: User): UserValues {
  const from = valuesOf(user)
  const settings = pick(from, [
    'kind',
    'groupId',
    'locationId',
    'provisioningProfileId',
    'groups',
    'role',
    'security',
    'language',
    'timeZone',
    'jobTitle',
    'department',
    'enabled',
    'streetAddress',
    'zipCode',
    'city',
    'state',
    'country',
  ])
  return { ...emptyUser, ...settings }
}

/** nextOf keeps what "OK and add another" keeps. */
export function nextOf({
  kind,
  groupId,
  locationId,
  provisioningProfileId,
  groups,
  security,
  language,
  timeZone,
  jobTitle,
  department,
}: UserValues): UserValues {
  return {
    ...emptyUser,
    kind,
    groupId,
    locationId,
    provisioningProfileId,
    groups,
    security,
    language,
    timeZone,
    jobTitle,
    department,
  }
}

/** advancedCount is how many fields behind the tabs are not as a new user has them. */
export function advancedCount(values: UserValues): number {
  const basic: readonly string[] = basicFields
  return changedFields(emptyUser, values).filter((field) => !basic.includes(field)).length
}

/** toWrite is the named fields as the server takes them. Further groups go by name: one that there is none of is made. */
export function toWrite(values: UserValues, fields: readonly UserField[]): UserInput {
  const write: Record<string, unknown> = {}
  for (const field of fields) {
    if (field === 'groupId') write.groupId = Number(values.groupId)
    else if (field === 'locationId' || field === 'emergencyLocationId' || field === 'provisioningProfileId')
      write[field] = Number(values[field] || 0)
    else if (field === 'groups') write.groups = values.groups.map((name) => ({ name: name.trim() }))
    else write[field] = typeof values[field] === 'string' ? values[field].trim() : values[field]
  }
  return write as UserInput
}

/** fold makes names comparable: what differs only in case or outer spaces is the same name. */
export function fold(name: string): string {
  return name.trim().toLowerCase()
}

/** filledFields is what a new user has been given: the rest is left to the server. */
export function filledFields(values: UserValues): UserField[] {
  return changedFields(emptyUser, values)
}
