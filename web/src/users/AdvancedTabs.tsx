import { Button, PasswordInput, Select, Tabs, TagsInput, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import type { SecretName, User } from '../api/types'
import { groupChoices } from '../groups/queries'
import { t } from '../locale'
import { EmergencyFields } from '../locations/EmergencyFields'
import { timeZones } from '../locale/zones'
import { NumbersField } from '../numbers/NumbersField'
import { ProfileField } from '../profiles/ProfileField'
import { useMay, useMe } from '../session/may'
import { SettingsEditor } from '../settings/SettingsEditor'
import type { FormState } from '../ui/use-form'
import { EndingNames } from './EndingNames'
import { SecurityChoice } from './SecurityChoice'
import { PhotoField } from './Photo'
import { roleChoices } from './roles'
import { advancedCount, differing, fold, fullName, type UserValues } from './values'

const secrets: SecretName[] = ['portalPassword', 'voicemailPin', 'sipPassword']

export interface AdvancedTabsProps {
  form: FormState<UserValues>
  operator?: boolean
  /** inherited is the security that holds when none is chosen here. */
  inherited?: string
  /** onReset makes a new secret of an existing user. */
  onReset?: (secret: SecretName) => void
  /** ending is the names of an account that end by themselves. */
  ending?: User['ending']
  /** emergency is where the emergency service is sent for an account as it is saved. */
  emergency?: User['effectiveEmergency']
  /** id of an account that is there already. */
  id?: number
  /** onSettings tells how many changes of its settings wait. */
  onSettings?: (n: number) => void
}

/** AdvancedTabs is everything a user has beyond the first screen. All of it is saved together with that. */
export function AdvancedTabs(props: AdvancedTabsProps) {
  const { form, operator, inherited, onReset, ending, emergency, id, onSettings } = props
  const count = advancedCount(form.values)
  const person = operator || form.values.kind === 'person'
  const tabs = [
    {
      value: 'names',
      label: t('user.tab.names'),
      panel: <Names form={form} person={person} operator={operator ?? false} ending={ending ?? []} />,
    },
    {
      value: 'passwords',
      label: t('user.tab.passwords'),
      panel: <Passwords form={form} operator={operator ?? false} onReset={onReset} />,
    },
    { value: 'groups', label: t('user.tab.groups'), panel: <FurtherGroups form={form} />, hidden: operator },
    { value: 'access', label: t('user.tab.access'), panel: <Access form={form} />, hidden: !person },
    {
      value: 'security',
      label: t('user.tab.security'),
      panel: (
        <SecurityChoice
          value={form.values.security}
          onChange={(security) => form.set('security', security)}
          inherited={inherited}
          from="organization"
        />
      ),
      hidden: operator,
    },
    { value: 'contact', label: t('user.tab.contact'), panel: <Contact form={form} person={person} id={id} /> },
    { value: 'address', label: t('user.tab.address'), panel: <Address form={form} /> },
    {
      value: 'emergency',
      label: t('emergency.title'),
      panel: (
        <div className="fields labels-left">
          <EmergencyFields
            location={form.choice('emergencyLocationId')}
            address={form.text('emergencyAddress')}
            effective={emergency}
          />
        </div>
      ),
      hidden: operator,
    },
    {
      value: 'settings',
      label: t('user.tab.settings'),
      panel: <Settings form={form} id={id} onWaiting={onSettings} />,
      hidden: operator,
    },
  ].filter((tab) => !tab.hidden)
  return (
    <section className="advanced" aria-labelledby="advanced-title">
      <h2 id="advanced-title">{t('advanced')}</h2>
      <p className="dimmed">
        {t('advanced.defaults')} {count > 0 && t('advanced.differ', { n: count })}
      </p>
      <Tabs
        value={form.tab}
        onChange={form.setTab}
        keepMounted
        keepMountedMode="display-none"
        allowTabDeactivation
        activateTabWithKeyboard={false}
      >
        <Tabs.List>
          {tabs.map((tab) => (
            <Tabs.Tab key={tab.value} value={tab.value}>
              {tab.label} <Differing n={differing(form.values, tab.value)} />
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map((tab) => (
          <Tabs.Panel key={tab.value} value={tab.value} data-tab={tab.value}>
            {tab.panel}
          </Tabs.Panel>
        ))}
      </Tabs>
    </section>
  )
}

/** Settings is the profile, and the settings of an account that is there already, read once the tab was opened. */
function Settings({
  form,
  id,
  onWaiting,
}: PanelProps & { id: number | undefined; onWaiting: ((n: number) => void) | undefined }) {
  const [opened, setOpened] = useState(false)
  if (form.tab === 'settings' && !opened) setOpened(true)
  const may = useMay()
  return (
    <>
      <div className="fields labels-left">
        <ProfileField {...form.choice('provisioningProfileId')} without={t('profile.asGroups')} />
      </div>
      {id !== undefined && opened && may('settings:read') && (
        <>
          <p className="dimmed">{t('settings.byThemselves')}</p>
          <SettingsEditor level="user" owner={id} {...(onWaiting && { onWaiting })} />
        </>
      )}
    </>
  )
}

/** Differing is how many fields behind a tab are not as they come. */
function Differing({ n }: { n: number }) {
  if (n === 0) return null
  return (
    <span className="tab-count digits" title={t('advanced.differ', { n })}>
      {n}
    </span>
  )
}

interface PanelProps {
  form: FormState<UserValues>
}

function Names({
  form,
  person,
  operator,
  ending,
}: PanelProps & { person: boolean; operator: boolean; ending: User['ending'] }) {
  return (
    <div className="fields labels-left">
      {person && (
        <TextInput
          {...form.text('displayName')}
          label={t('user.displayName')}
          placeholder={fullName(form.values)}
          description={t('user.displayNameHelp')}
          autoComplete="off"
        />
      )}
      <TextInput
        {...form.text('username')}
        label={t('user.username')}
        description={t('user.usernameHelp')}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
      {!operator && (
        <NumbersField
          label={t('user.aliases')}
          description={t('user.aliasesHelp')}
          name="aliases"
          value={form.values.aliases}
          onChange={(aliases) => form.set('aliases', aliases)}
          error={form.errors.aliases}
          own={form.base.aliases}
        />
      )}
      <EndingNames form={form} ending={ending} />
      <TextInput {...form.text('externalId')} label={t('user.externalId')} autoComplete="off" />
    </div>
  )
}

function Passwords({
  form,
  operator,
  onReset,
}: PanelProps & { operator: boolean; onReset: ((secret: SecretName) => void) | undefined }) {
  const login = operator || form.values.kind === 'person'
  const shown = secrets.filter((secret) =>
    secret === 'portalPassword' ? login : !operator && (secret !== 'sipPassword' || form.values.kind !== 'phantom'),
  )
  return (
    <div className="fields labels-left">
      <p className="dimmed">{onReset ? t('user.passwordsEdit') : t('user.passwordsNew')}</p>
      {shown.map((secret) => (
        <div key={secret} className="with-button">
          <PasswordInput
            {...form.text(secret)}
            label={t(`user.${secret}`)}
            description={t(`user.${secret}Help`)}
            placeholder={onReset ? t('user.unchanged') : t('user.generated')}
            autoComplete="new-password"
            inputMode={secret === 'voicemailPin' ? 'numeric' : undefined}
            visibilityToggleButtonProps={{ 'aria-label': t('password.show') }}
          />
          {onReset && (
            <Button
              variant="default"
              onClick={() => onReset(secret)}
              aria-label={t('user.resetOne', { what: t(`user.${secret}`) })}
            >
              {t('user.reset')}
            </Button>
          )}
        </div>
      ))}
    </div>
  )
}

function FurtherGroups({ form }: PanelProps) {
  const groups = useQuery(groupChoices).data?.items ?? []
  const known = new Set(groups.map((group) => fold(group.name)))
  const fresh = form.values.groups.filter((name) => !known.has(fold(name)))
  return (
    <div className="fields labels-left">
      <TagsInput
        label={t('user.groups')}
        description={t('user.groupsHelp')}
        name="groups"
        data={groups.filter((group) => String(group.id) !== form.values.groupId).map((group) => group.name)}
        value={form.values.groups}
        onChange={(names) => form.set('groups', names)}
        error={form.errors.groups}
        acceptValueOnBlur
      />
      {fresh.length > 0 && (
        <p role="status" className="field-note">
          {t('user.groupsNew', { names: fresh.join(', ') })}
        </p>
      )}
    </div>
  )
}

function Access({ form }: PanelProps) {
  const may = useMay()
  const owner = useMe()?.role === 'owner'
  return (
    <div className="fields labels-left">
      <Select
        {...form.choice('role')}
        label={t('user.role')}
        description={t('user.roleHelp')}
        disabled={!may('roles:write')}
        data={roleChoices(owner || form.values.role === 'owner')}
      />
      <TextInput
        {...form.text('authAccountName')}
        label={t('user.authAccountName')}
        description={t('user.authAccountNameHelp')}
        autoComplete="off"
      />
    </div>
  )
}

function Address({ form }: PanelProps) {
  return (
    <div className="fields labels-left">
      {(['streetAddress', 'zipCode', 'city', 'state', 'country'] as const).map((field) => (
        <TextInput key={field} {...form.text(field)} label={t(`group.${field}`)} autoComplete="off" />
      ))}
    </div>
  )
}

function Contact({ form, person, id }: PanelProps & { person: boolean; id: number | undefined }) {
  const plain: {
    field: 'jobTitle' | 'department' | 'mobile' | 'fax' | 'custom1' | 'custom2' | 'custom3'
    person?: boolean
  }[] = [
    { field: 'jobTitle', person: true },
    { field: 'department' },
    { field: 'mobile', person: true },
    { field: 'fax' },
    { field: 'custom1' },
    { field: 'custom2' },
    { field: 'custom3' },
  ]
  return (
    <div className="fields labels-left">
      <PhotoField
        value={form.values.photo}
        onChange={(photo) => form.set('photo', photo)}
        error={form.errors.photo}
        id={id}
        name={fullName(form.values)}
      />
      {person && <Language form={form} />}
      <Select
        {...form.choice('timeZone')}
        value={form.values.timeZone || null}
        label={t('user.timeZone')}
        placeholder={t('user.asOrganization')}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': t('clear') }}
        data={timeZones()}
      />
      {plain
        .filter((line) => person || !line.person)
        .map(({ field }) => (
          <TextInput key={field} {...form.text(field)} label={t(`user.${field}`)} autoComplete="off" />
        ))}
    </div>
  )
}

function Language({ form }: PanelProps): ReactNode {
  return (
    <Select
      {...form.choice('language')}
      value={form.values.language || null}
      label={t('user.language')}
      placeholder={t('user.asOrganization')}
      clearable
      clearButtonProps={{ 'aria-label': t('clear') }}
      data={['en', 'de', 'it'].map((value) => ({ value, label: t(`language.${value as 'en' | 'de' | 'it'}`) }))}
    />
  )
}
