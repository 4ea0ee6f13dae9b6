import { Button, TextInput } from '@mantine/core'
import { t } from '../locale'
import { Form } from '../ui/Form'
import type { StepProps } from './values'

/** AddressStep asks by which name or address phones find the server. */
export function AddressStep({ form, back, finish, busy }: StepProps) {
  const { sipDomain } = form.values
  return (
    <Form
      form={form}
      label={t('setup.address')}
      words="organization"
      quiet
      onSubmit={finish}
      bar={
        <>
          <Button type="submit" loading={busy}>
            {t('setup.finish')}
          </Button>
          <Button variant="subtle" color="gray" onClick={back}>
            {t('back')}
          </Button>
        </>
      }
    >
      <p>{t('setup.addressHelp')}</p>
      <div className="fields">
        <TextInput
          {...form.text('sipDomain')}
          label={t('setup.addressLabel')}
          description={t('setup.addressExample', { address: sipDomain || 'phone.example.com' })}
          autoCapitalize="none"
          spellCheck={false}
          autoComplete="off"
          autoFocus
        />
      </div>
    </Form>
  )
}
