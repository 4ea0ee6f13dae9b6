import { Button, PasswordInput, TextInput } from '@mantine/core'
import type { ChangeEvent } from 'react'
import { t } from '../locale'
import { countryName } from '../locale/zones'
import { Form } from '../ui/Form'
import { suggestUsername, type StepProps } from './values'

/** OwnerStep asks who owns the system. The rest has good defaults: one may finish here. */
export function OwnerStep({ form, next, finish, busy }: StepProps) {
  const { values } = form
  const rename = (field: 'firstName' | 'lastName') => (event: ChangeEvent<HTMLInputElement>) => {
    const before = suggestUsername(values.firstName, values.lastName)
    const now = { ...values, [field]: event.currentTarget.value }
    form.set(field, event.currentTarget.value)
    if (values.username === before) form.set('username', suggestUsername(now.firstName, now.lastName))
  }
  return (
    <Form
      form={form}
      label={t('setup.owner')}
      words="user"
      quiet
      onSubmit={next}
      bar={
        <>
          <Button type="submit">{t('next')}</Button>
          <Button variant="default" loading={busy} onClick={finish}>
            {t('setup.finishDefaults')}
          </Button>
        </>
      }
    >
      <p>{t('setup.ownerHelp')}</p>
      <div className="fields two">
        <TextInput
          {...form.text('firstName')}
          onChange={rename('firstName')}
          label={t('user.firstName')}
          autoComplete="given-name"
          autoFocus
        />
        <TextInput
          {...form.text('lastName')}
          onChange={rename('lastName')}
          label={t('user.lastName')}
          autoComplete="family-name"
        />
        <TextInput
          {...form.text('username')}
          label={t('user.username')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
        />
        <PasswordInput
          {...form.text('password')}
          label={t('signIn.password')}
          description={t('setup.passwordHelp')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': t('password.show') }}
        />
        <TextInput {...form.text('email')} label={t('setup.email')} type="email" autoComplete="email" />
      </div>
      <p className="dimmed">
        {t('setup.defaults', {
          country: countryName(values.country),
          timeZone: values.timeZone,
          address: values.sipDomain,
        })}
      </p>
    </Form>
  )
}
