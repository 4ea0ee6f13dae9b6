import { Button, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { asProblem } from '../api/problem'
import { t } from '../locale'
import { LocationSelect } from '../locations/LocationSelect'
import { advise } from '../ui/advise'
import { Form } from '../ui/Form'
import { useForm } from '../ui/use-form'
import { UserPicker } from '../users/UserPicker'
import { userQuery } from '../users/queries'
import { NumberField } from './NumberField'
import { useSaveOutside } from './queries'

/** AddOne adds one outside number, as people write it in their country. */
export function AddOne({ user, onClose }: { user: number | undefined; onClose: () => void }) {
  const known = useQuery({ ...userQuery(user ?? 0), enabled: user !== undefined }).data
  const name = known && `${known.displayName} ${known.number}`.trim()
  const form = useForm({ value: '', leadsTo: user ? String(user) : '', note: '', locationId: '' })
  const save = useSaveOutside()
  const submit = async () => {
    const { value, leadsTo, note, locationId } = form.values
    if (form.invalid({ value: value.trim() ? undefined : t('form.required') })) return
    try {
      const { data } = await save.mutateAsync({
        number: undefined,
        values: {
          value: value.trim(),
          userId: Number(leadsTo) || 0,
          note: note.trim(),
          locationId: Number(locationId) || 0,
        },
      })
      advise({ tone: 'done', text: t('outside.added', { number: data.shown }) }, 'here')
      onClose()
    } catch (error) {
      form.fail(asProblem(error))
    }
  }
  return (
    <Form
      form={form}
      label={t('outside.how.one')}
      words="outside"
      quiet
      onSubmit={submit}
      bar={
        <>
          <Button type="submit" loading={save.isPending}>
            {t('outside.addOne')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
        </>
      }
    >
      <div className="fields">
        <NumberField {...form.text('value')} label={t('outside.value')} note={t('outside.valueHelp')} outside />
        <UserPicker
          key={name}
          label={t('outside.leadsTo')}
          visibleLabel
          description={t('outside.nobodyHelp')}
          name={name}
          value={Number(form.values.leadsTo) || undefined}
          onChange={(id) => form.set('leadsTo', id ? String(id) : '')}
          error={form.errors.leadsTo}
        />
        <LocationSelect {...form.choice('locationId')} label={t('outside.locationId')} />
        <TextInput {...form.text('note')} label={t('outside.note')} maxLength={200} autoComplete="off" />
      </div>
    </Form>
  )
}
