import { Button, Select, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { asProblem } from '../api/problem'
import type { Me, MeRequest } from '../api/types'
import { t } from '../locale'
import { timeZones } from '../locale/zones'
import { EmergencyFields } from '../locations/EmergencyFields'
import { advise } from '../ui/advise'
import { Form } from '../ui/Form'
import { Modal } from '../ui/Modal'
import { pick } from '../ui/merge'
import { useForm } from '../ui/use-form'
import { myLocationsQuery, useUpdateMe } from './queries'

const valuesOf = (me: Me) => ({
  firstName: me.firstName,
  lastName: me.lastName,
  timeZone: me.ownTimeZone,
  emergencyLocationId: me.emergencyLocationId ? String(me.emergencyLocationId) : '',
  emergencyAddress: me.emergencyAddress,
})

/** MyAccountDialog changes what everybody may about himself: name, time zone, where the emergency service is sent (P1). */
export function MyAccountDialog({ me, onClose }: { me: Me; onClose: () => void }) {
  const form = useForm(valuesOf(me))
  const update = useUpdateMe()
  const offices = useQuery(myLocationsQuery).data?.items ?? []
  const save = async () => {
    const { emergencyLocationId, ...rest } = pick(form.values, form.dirty)
    const body: MeRequest = {
      ...rest,
      ...(emergencyLocationId !== undefined && { emergencyLocationId: Number(emergencyLocationId) || 0 }),
    }
    try {
      if (form.dirty.length > 0) await update.mutateAsync(body)
      advise({ tone: 'done', text: t('own.accountDone') }, 'here')
      onClose()
    } catch (error) {
      form.fail(asProblem(error))
    }
  }
  return (
    <Modal opened onClose={onClose} title={t('own.accountTitle')} closeButtonProps={{ 'aria-label': t('close') }}>
      <Form
        form={form}
        label={t('own.accountTitle')}
        words="user"
        quiet
        onSubmit={() => void save()}
        bar={
          <>
            <Button type="submit" loading={update.isPending}>
              {t('ok')}
            </Button>
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
          </>
        }
      >
        <div className="fields">
          <TextInput {...form.text('firstName')} label={t('user.firstName')} autoComplete="given-name" data-autofocus />
          <TextInput {...form.text('lastName')} label={t('user.lastName')} autoComplete="family-name" />
          <Select
            {...form.choice('timeZone')}
            value={form.values.timeZone || null}
            label={t('user.timeZone')}
            placeholder={me.ownTimeZone ? t('emergency.inherited') : `${t('emergency.inherited')}: ${me.timeZone}`}
            clearable
            clearButtonProps={{ 'aria-label': t('clear') }}
            searchable
            data={timeZones(form.values.timeZone)}
          />
          {me.kind === 'person' && (
            <EmergencyFields
              location={form.choice('emergencyLocationId')}
              address={form.text('emergencyAddress')}
              effective={me.effectiveEmergency}
              offices={offices}
            />
          )}
        </div>
      </Form>
    </Modal>
  )
}
