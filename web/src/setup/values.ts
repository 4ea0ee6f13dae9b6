import type { Problem } from '../api/problem'
import { spoken, t } from '../locale'
import { browserCountry, browserTimeZone, countryOfZone } from '../locale/zones'
import type { Errors, FormState } from '../ui/use-form'

/** SetupValues is what set-up asks; all but the owner has a good default. */
export interface SetupValues {
  firstName: string
  lastName: string
  username: string
  password: string
  email: string
  organizationName: string
  country: string
  language: string
  timeZone: string
  sipDomain: string
}

/** StepProps is what each step needs. */
export interface StepProps {
  form: FormState<SetupValues>
  next: () => void
  back: () => void
  finish: () => void
  busy: boolean
}

const steps: readonly (readonly string[])[] = [
  ['token', 'firstName', 'lastName', 'username', 'password', 'email'],
  ['organizationName', 'country', 'language', 'timeZone'],
  ['sipDomain'],
]

/** setupToken reads the one-time token of the printed link. It stands in the fragment, which is sent nowhere. */
export function setupToken(hash: string): string {
  return new URLSearchParams(hash.replace(/^#/, '')).get('token') ?? ''
}

/** firstValues fills in what the browser knows: where it is, what it speaks, by which address it came here. */
export function firstValues(suggested: {
  sipDomain?: string
  language?: string
  country?: string
  timeZone?: string
}): SetupValues {
  const timeZone = browserTimeZone()
  return {
    firstName: '',
    lastName: '',
    username: '',
    password: '',
    email: '',
    organizationName: '',
    country: countryOfZone(timeZone) || browserCountry() || suggested.country || 'US',
    language: spoken(navigator.languages) ?? suggested.language ?? 'en',
    timeZone: timeZone === 'UTC' ? suggested.timeZone || 'UTC' : timeZone,
    sipDomain: window.location.hostname.replace(/^\[|\]$/g, '') || suggested.sipDomain || '',
  }
}

/** suggestUsername makes a user name of a name, in plain letters: José Müller is jose.muller. */
export function suggestUsername(firstName: string, lastName: string): string {
  const plain = (name: string) =>
    name
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/ß/g, 'ss')
      .replace(/[^a-z0-9]+/g, '')
  return [plain(firstName), plain(lastName)].filter(Boolean).join('.')
}

/** checkOwner finds what is missing before anything is sent. */
export function checkOwner(values: SetupValues): Errors<SetupValues> {
  return {
    firstName: values.firstName.trim() || values.lastName.trim() ? undefined : t('user.nameNeeded'),
    username: values.username.trim() ? undefined : t('form.required'),
    password: values.password.length >= 12 ? undefined : t('setup.passwordShort'),
  }
}

/** stepOf is the step where the first refused field stands. */
export function stepOf(problem: Problem): number | undefined {
  const found = steps.findIndex((fields) => fields.some((field) => field in problem.fields))
  return found < 0 ? undefined : found
}
