import { Button, Select, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { asProblem } from '../api/problem'
import { t } from '../locale'
import { LocationSelect } from '../locations/LocationSelect'
import { advise } from '../ui/advise'
import { Form } from '../ui/Form'
import { useForm } from '../ui/use-form'
import { OutsidePreview } from './OutsidePreview'
import { blockPreviewQuery, useAddBlock } from './queries'

const digits = ['0', '2', '3', '4', '5', '6']

/** AddBlock adds a range of outside numbers; their last digits may be the extensions they lead to. */
export function AddBlock({ onClose }: { onClose: () => void }) {
  const form = useForm({ first: '', last: '', matchDigits: '0', note: '', locationId: '' })
  const add = useAddBlock()
  const block = {
    first: form.values.first.trim(),
    last: form.values.last.trim(),
    matchDigits: Number(form.values.matchDigits),
    note: form.values.note.trim(),
    locationId: Number(form.values.locationId) || 0,
  }
  const [settled] = useDebouncedValue(block, 300)
  const preview = useQuery(blockPreviewQuery(settled))
  const count = preview.data ? preview.data.added + preview.data.changed : 0
  const submit = async () => {
    const missing = (value: string) => (value ? undefined : t('form.required'))
    if (form.invalid({ first: missing(block.first), last: missing(block.last) })) return
    try {
      const { data } = await add.mutateAsync(block)
      advise({ tone: 'done', text: t('outside.loaded', { n: data.added, changed: data.changed }) }, 'here')
      onClose()
    } catch (error) {
      form.fail(asProblem(error))
    }
  }
  return (
    <Form
      form={form}
      label={t('outside.how.block')}
      words="outside"
      quiet
      onSubmit={submit}
      bar={
        <>
          <Button type="submit" loading={add.isPending} disabled={count === 0}>
            {count ? t('outside.addMany', { n: count }) : t('outside.addOne')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
        </>
      }
    >
      <div className="fields two">
        <TextInput
          {...form.text('first')}
          label={t('outside.first')}
          placeholder="+45 33 73 65 00"
          inputMode="tel"
          autoComplete="off"
          data-autofocus
        />
        <TextInput
          {...form.text('last')}
          label={t('outside.last')}
          description={t('outside.lastHelp')}
          placeholder="99"
          inputMode="tel"
          autoComplete="off"
        />
        <Select
          {...form.choice('matchDigits')}
          label={t('outside.match')}
          description={t('outside.matchHelp')}
          allowDeselect={false}
          data={digits.map((value) => ({
            value,
            label: value === '0' ? t('outside.match.none') : t('outside.match.digits', { n: Number(value) }),
          }))}
        />
        <LocationSelect {...form.choice('locationId')} label={t('outside.locationId')} />
        <TextInput {...form.text('note')} label={t('outside.note')} maxLength={200} autoComplete="off" />
      </div>
      <OutsidePreview result={preview.data} error={preview.error} />
    </Form>
  )
}
