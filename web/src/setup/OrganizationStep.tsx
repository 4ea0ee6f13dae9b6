import { Button, Select, TextInput } from '@mantine/core'
import { t } from '../locale'
import { countries, timeZones } from '../locale/zones'
import { Form } from '../ui/Form'
import type { StepProps } from './values'

/** OrganizationStep asks where the organization is and what it speaks. */
export default function OrganizationStep({ form, next, back, finish, busy }: StepProps) {
  return (
    <Form
      form={form}
      label={t('setup.organization')}
      words="organization"
      quiet
      onSubmit={next}
      bar={
        <>
          <Button type="submit">{t('next')}</Button>
          <Button variant="default" loading={busy} onClick={finish}>
            {t('setup.finishDefaults')}
          </Button>
          <Button variant="subtle" color="gray" onClick={back}>
            {t('back')}
          </Button>
        </>
      }
    >
      <p>{t('setup.organizationHelp')}</p>
      <div className="fields two">
        <TextInput
          {...form.text('organizationName')}
          label={t('organization.name')}
          autoComplete="organization"
          autoFocus
        />
        <Select
          {...form.choice('country')}
          label={t('organization.country')}
          searchable
          data={countries()}
          nothingFoundMessage={t('list.nothing')}
        />
        <Select
          {...form.choice('language')}
          label={t('organization.language')}
          data={(['en', 'de', 'it'] as const).map((value) => ({ value, label: t(`language.${value}`) }))}
        />
        <Select
          {...form.choice('timeZone')}
          label={t('organization.timeZone')}
          searchable
          data={timeZones(form.values.timeZone)}
          nothingFoundMessage={t('list.nothing')}
        />
      </div>
    </Form>
  )
}
