import { Button, Select, Switch, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { asProblem } from '../api/problem'
import type { ExtensionPool } from '../api/types'
import { groupChoices } from '../groups/queries'
import { t } from '../locale'
import { advise } from '../ui/advise'
import { DangerDialog } from '../ui/DangerDialog'
import { Form } from '../ui/Form'
import { Modal } from '../ui/Modal'
import { useForm } from '../ui/use-form'
import { useDeletePool, useSavePool } from './queries'

/** PoolDialog makes or changes an extension pool. */
export function PoolDialog({ pool, onClose }: { pool?: ExtensionPool; onClose: () => void }) {
  const form = useForm({
    name: pool?.name ?? '',
    first: pool?.first ?? '',
    last: pool?.last ?? '',
    enabled: pool?.enabled ?? true,
    groupId: pool?.groupId ? String(pool.groupId) : '',
  })
  const save = useSavePool()
  const groups = useQuery(groupChoices)
  const submit = async () => {
    const { name, first, last, groupId, enabled } = form.values
    const missing = (value: string) => (value.trim() ? undefined : t('form.required'))
    if (form.invalid({ name: missing(name), first: missing(first), last: missing(last) })) return
    try {
      const values = {
        name: name.trim(),
        first: first.trim(),
        last: last.trim(),
        enabled,
        groupId: Number(groupId) || 0,
      }
      const { data } = await save.mutateAsync({ pool, values })
      advise(
        { tone: 'done', text: t(pool ? 'pools.updated' : 'pools.created', { name: data.name, id: String(data.id) }) },
        'here',
      )
      onClose()
    } catch (error) {
      form.fail(asProblem(error))
    }
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={pool ? t('pools.edit') : t('pools.new')}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Form
        form={form}
        label={pool ? t('pools.edit') : t('pools.new')}
        words="pool"
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
          <TextInput {...form.text('name')} label={t('pool.name')} autoComplete="off" data-autofocus />
          <TextInput
            {...form.text('first')}
            label={t('pool.first')}
            description={t('pool.firstHelp')}
            inputMode="numeric"
            autoComplete="off"
          />
          <TextInput {...form.text('last')} label={t('pool.last')} inputMode="numeric" autoComplete="off" />
          <Select
            {...form.choice('groupId')}
            value={form.values.groupId || null}
            label={t('pool.group')}
            placeholder={t('pool.everybody')}
            clearable
            clearButtonProps={{ 'aria-label': t('clear') }}
            searchable
            data={(groups.data?.items ?? []).map((group) => ({ value: String(group.id), label: group.name }))}
          />
          <Switch {...form.check('enabled')} label={t('pool.enabled')} description={t('pool.enabledHelp')} />
        </div>
      </Form>
    </Modal>
  )
}

/** DeletePoolDialog asks before a pool goes; the numbers stay with whoever has them. */
export function DeletePoolDialog({ pool, onClose }: { pool: ExtensionPool; onClose: () => void }) {
  const remove = useDeletePool()
  const confirm = async () => {
    await remove.mutateAsync(pool.id)
    advise({ tone: 'removed', text: t('pools.deleted', { name: pool.name, id: String(pool.id) }) }, 'here')
    onClose()
  }
  return (
    <DangerDialog title={t('pools.deleteTitle', { name: pool.name })} onClose={onClose} onConfirm={confirm}>
      <p>{t('pools.deleteText', { first: pool.first, last: pool.last })}</p>
    </DangerDialog>
  )
}
