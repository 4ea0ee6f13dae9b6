import { Button, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { asProblem } from '../api/problem'
import { t } from '../locale'
import { LocationSelect } from '../locations/LocationSelect'
import { HolderPicker } from '../ringgroups/HolderPicker'
import { ringGroupQuery } from '../ringgroups/queries'
import { called, holderOf, holderValue, type Holder } from '../ringgroups/values'
import { advise } from '../ui/advise'
import { Form } from '../ui/Form'
import { useForm } from '../ui/use-form'
import { userQuery } from '../users/queries'
import { NumberField } from './NumberField'
import { useSaveOutside } from './queries'

/** AddOne adds one outside number, as people write it in their country. */
export function AddOne({ to, onClose }: { to: Holder | undefined; onClose: () => void }) {
  const name = useHolderName(to)
  const form = useForm({ value: '', leadsTo: holderValue(to), note: '', locationId: '' })
  const save = useSaveOutside()
  const submit = async () => {
    const { value, leadsTo, note, locationId } = form.values
    if (form.invalid({ value: value.trim() ? undefined : t('form.required') })) return
    try {
      const { data } = await save.mutateAsync({
        number: undefined,
        values: {
          value: value.trim(),
          leadsTo: holderOf(leadsTo),
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
        <HolderPicker
          key={name}
          label={t('outside.leadsTo')}
          visibleLabel
          description={t('outside.nobodyHelp')}
          name={name}
          value={form.values.leadsTo}
          onChange={(chosen) => form.set('leadsTo', chosen)}
          error={form.errors.leadsTo}
        />
        <LocationSelect {...form.choice('locationId')} label={t('outside.locationId')} />
        <TextInput {...form.text('note')} label={t('outside.note')} maxLength={200} autoComplete="off" />
      </div>
    </Form>
  )
}

/** useHolderName is what an account or a ring group is called. */
function useHolderName(holder: Holder | undefined): string | undefined {
  const { kind, id = 0 } = holder ?? {}
  const user = useQuery({ ...userQuery(id), enabled: kind === 'user' }).data
  const group = useQuery({ ...ringGroupQuery(id), enabled: kind === 'ring_group' }).data
  if (user) return called({ name: user.displayName, number: user.number })
  return group && called(group)
}
