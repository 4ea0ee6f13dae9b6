import { Button, Select, TextInput } from '@mantine/core'
import { asProblem } from '../api/problem'
import type { OutsideNumber } from '../api/types'
import { t } from '../locale'
import { LocationSelect } from '../locations/LocationSelect'
import { HolderPicker } from '../ringgroups/HolderPicker'
import { holderOf, holderValue } from '../ringgroups/values'
import { advise } from '../ui/advise'
import { Form } from '../ui/Form'
import { Modal } from '../ui/Modal'
import { useForm } from '../ui/use-form'
import { useSaveOutside } from './queries'

const states = ['active', 'paused', 'ported'] as const

/** OutsideDialog changes an outside number: where it leads, whether it is in use, its location, a note. */
export function OutsideDialog({ number, onClose }: { number: OutsideNumber; onClose: () => void }) {
  const form = useForm({
    leadsTo: holderValue(number.leadsTo),
    state: number.state as string,
    note: number.note,
    locationId: number.locationId ? String(number.locationId) : '',
  })
  const save = useSaveOutside()
  const submit = async () => {
    const { leadsTo, state, note, locationId } = form.values
    try {
      const { data } = await save.mutateAsync({
        number,
        values: {
          leadsTo: holderOf(leadsTo),
          state: states.find((one) => one === state) ?? 'active',
          note: note.trim(),
          locationId: Number(locationId) || 0,
        },
      })
      advise({ tone: 'done', text: t('outside.updated', { number: data.shown }) }, 'here')
      onClose()
    } catch (error) {
      form.fail(asProblem(error))
    }
  }
  return (
    <Modal opened onClose={onClose} title={number.shown} closeButtonProps={{ 'aria-label': t('close') }}>
      <Form
        form={form}
        label={number.shown}
        words="outside"
        quiet
        onSubmit={submit}
        bar={
          <>
            <Button type="submit" loading={save.isPending}>
              {t('ok')}
            </Button>
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
          </>
        }
      >
        <div className="fields">
          <HolderPicker
            label={t('outside.leadsTo')}
            visibleLabel
            description={t('outside.nobodyHelp')}
            name={number.leadsTo?.name}
            value={form.values.leadsTo}
            onChange={(to) => form.set('leadsTo', to)}
            error={form.errors.leadsTo}
          />
          <Select
            {...form.choice('state')}
            label={t('outside.state')}
            description={t(`outside.stateHelp.${states.find((one) => one === form.values.state) ?? 'active'}`)}
            allowDeselect={false}
            data={states.map((value) => ({ value, label: t(`outside.state.${value}`) }))}
          />
          <LocationSelect {...form.choice('locationId')} label={t('outside.locationId')} />
          <TextInput {...form.text('note')} label={t('outside.note')} maxLength={200} autoComplete="off" />
        </div>
      </Form>
    </Modal>
  )
}
