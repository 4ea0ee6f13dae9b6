import { Button, Switch, TextInput } from '@mantine/core'
import { asProblem } from '../api/problem'
import { t } from '../locale'
import { Modal } from '../ui/Modal'
import { advise } from '../ui/advise'
import { Form } from '../ui/Form'
import { useForm } from '../ui/use-form'
import { useSavePermission } from './queries'
import type { PermissionRow } from './rows'

interface Props {
  /** permission that is renamed; without one, another is added. */
  permission?: NonNullable<PermissionRow['custom']>
  onClose: () => void
}

/** PermissionDialog adds a permission, or renames one: its key stays, since what is granted is kept under it. */
export function PermissionDialog({ permission, onClose }: Props) {
  const form = useForm({
    key: permission?.name ?? '',
    label: permission?.label ?? '',
    help: permission?.help ?? '',
    default: permission?.default ?? false,
  })
  const save = useSavePermission()
  const title = permission ? t('permissions.renameTitle', { name: permission.label }) : t('permissions.addTitle')
  const submit = async () => {
    const { key, ...rest } = form.values
    const missing = (value: string) => (value.trim() ? undefined : t('form.required'))
    if (form.invalid({ key: missing(key), label: missing(rest.label) })) return
    try {
      const made = await save.mutateAsync(
        permission
          ? { id: permission.id, ...(permission.version && { version: permission.version }), body: rest }
          : { body: { ...rest, name: key.trim() } },
      )
      advise(
        { tone: 'done', text: t(permission ? 'permissions.renamed' : 'permissions.added', { name: made.label }) },
        'here',
      )
      onClose()
    } catch (error) {
      form.fail(asProblem(error))
    }
  }
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      <Form
        form={form}
        label={title}
        words="permission"
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
          <TextInput {...form.text('label')} label={t('permission.label')} autoComplete="off" data-autofocus />
          <TextInput
            {...form.text('key')}
            label={t('permission.key')}
            description={t('permission.keyHelp')}
            readOnly={permission !== undefined}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
          <TextInput {...form.text('help')} label={t('permission.help')} autoComplete="off" />
          <Switch {...form.check('default')} label={t('permission.default')} />
        </div>
      </Form>
    </Modal>
  )
}
