import { SegmentedControl, Select, Switch, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Hold } from '../api/types'
import { groupChoices } from '../groups/queries'
import { t } from '../locale'
import { LocationSelect } from '../locations/LocationSelect'
import { NumberField } from '../numbers/NumberField'
import { NumbersField } from '../numbers/NumbersField'
import { useMay } from '../session/may'
import type { FormState } from '../ui/use-form'
import type { UserValues } from './values'

export interface UserFieldsetProps {
  form: FormState<UserValues>
  /** operator: somebody who only administers has neither group nor number. */
  operator?: boolean
  hold?: Hold | undefined
  /** lapsed: the number is kept no longer. */
  lapsed?: boolean
  onNext?: () => void
  /** noNumber says why no number could be offered. */
  noNumber?: string | undefined
  own?: string
  /** onAdministrator asks for the own password and turns the switch of an existing account at once. */
  onAdministrator?: () => void
}

/** UserFieldset is what stands on the first screen: who, in which group, under which number. */
export function UserFieldset({
  form,
  operator,
  hold,
  lapsed,
  onNext,
  noNumber,
  own,
  onAdministrator,
}: UserFieldsetProps) {
  const groups = useQuery({ ...groupChoices, enabled: !operator })
  const person = operator || form.values.kind === 'person'
  const mayOutside = useMay()('pools:write')
  return (
    <div className="fields labels-left">
      {!operator && (
        <div className="field-row">
          <span className="field-label" id="user-kind">
            {t('user.kind')}
          </span>
          <div>
            <SegmentedControl
              aria-labelledby="user-kind"
              name="kind"
              value={form.values.kind}
              onChange={(kind) => form.set('kind', kind as UserValues['kind'])}
              data={[
                { value: 'person', label: t('user.kind.person') },
                { value: 'phantom', label: t('user.kind.phantom') },
                { value: 'space', label: t('user.kind.space') },
              ]}
            />
            {form.values.kind === 'phantom' && <div className="field-note">{t('user.kindHelp.phantom')}</div>}
            {form.values.kind === 'space' && <div className="field-note">{t('user.kindHelp.space')}</div>}
          </div>
        </div>
      )}
      {person ? (
        <>
          <TextInput
            {...form.text('firstName')}
            label={t('user.firstName')}
            autoComplete="off"
            autoFocus
            data-autofocus
          />
          <TextInput {...form.text('lastName')} label={t('user.lastName')} autoComplete="off" />
        </>
      ) : (
        <TextInput
          {...form.text('displayName')}
          label={t('user.displayName')}
          required
          withAsterisk={false}
          autoComplete="off"
          autoFocus
        />
      )}
      {form.values.kind !== 'space' && (
        <TextInput
          {...form.text('email')}
          label={t('user.email')}
          description={t('user.emailHelp')}
          type="email"
          autoComplete="off"
        />
      )}
      {!operator && <LocationSelect {...form.choice('locationId')} label={t('user.locationId')} />}
      {person && <AdministratorSwitch form={form} onTurn={onAdministrator} existing={own !== undefined} />}
      {!operator && (
        <>
          <NumberField
            {...form.text('number')}
            label={t('user.number')}
            hold={hold}
            lapsed={lapsed}
            onNext={onNext}
            own={own}
            onPick={(picked) => form.set('number', picked)}
            note={form.values.groupId ? noNumber : t('user.numberAfterGroup')}
          />
          {mayOutside && (
            <NumbersField
              label={t('user.outsideNumbers')}
              description={t('user.outsideNumbersHelp')}
              name="outsideNumbers"
              value={form.values.outsideNumbers}
              onChange={(numbers) => form.set('outsideNumbers', numbers)}
              error={form.errors.outsideNumbers}
              own={form.base.outsideNumbers}
              outside
            />
          )}
          <Select
            {...form.choice('groupId')}
            value={form.values.groupId || null}
            label={t('user.groupId')}
            placeholder={t('user.chooseGroup')}
            searchable
            nothingFoundMessage={t('list.nothing')}
            data={(groups.data?.items ?? []).map((group) => ({ value: String(group.id), label: group.name }))}
          />
        </>
      )}
      <div className="field-row">
        <span className="field-label" />
        <Switch
          {...form.check('enabled')}
          label={t('user.enabled')}
          description={form.values.enabled ? undefined : t('user.disabledHelp')}
        />
      </div>
    </div>
  )
}

/** AdministratorSwitch gives the administration: with the account when it is made, at once and by the password later. */
function AdministratorSwitch({
  form,
  onTurn,
  existing,
}: {
  form: FormState<UserValues>
  onTurn: (() => void) | undefined
  existing: boolean
}) {
  const may = useMay()
  const { role } = form.values
  if (!may('roles:write') || (existing && !onTurn && role !== 'owner')) return null
  return (
    <div className="field-row">
      <span className="field-label" />
      <Switch
        name="administrator"
        label={t('user.administrator')}
        description={existing ? undefined : t('user.administratorHelp')}
        checked={role === 'administrator' || role === 'owner'}
        disabled={role === 'owner'}
        onChange={(event) => {
          if (existing) onTurn?.()
          else form.set('role', event.currentTarget.checked ? 'administrator' : 'user')
        }}
      />
    </div>
  )
}
