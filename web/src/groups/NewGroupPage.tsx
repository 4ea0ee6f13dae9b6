import { Button } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { asProblem } from '../api/problem'
import { t } from '../locale'
import { advise } from '../ui/advise'
import { Form } from '../ui/Form'
import { Page } from '../ui/Page'
import { useForm } from '../ui/use-form'
import { emptyGroup, GroupFieldset } from './GroupForm'
import { useCreateGroup } from './queries'

/** NewGroupPage is the group creation form. */
export function NewGroupPage() {
  const form = useForm(emptyGroup)
  const create = useCreateGroup()
  const navigate = useNavigate()

  const submit = async () => {
    if (form.invalid({ name: form.values.name.trim() ? undefined : t('group.nameNeeded') })) return
    try {
      const { data: group } = await create.mutateAsync(form.values)
      advise({
        tone: 'done',
        text: t('groups.created', { name: group.name, id: String(group.id) }),
        ...(group.itEmail === '' && { note: t('groups.noContact') }),
        next: { label: t('groups.addAccounts'), to: `/accounts/new?group=${group.id}` },
      })
      await navigate({ to: '/groups', ignoreBlocker: true })
    } catch (error) {
      form.fail(asProblem(error))
    }
  }
  return (
    <Page title={t('groups.createTitle')}>
      <Form
        form={form}
        label={t('groups.createTitle')}
        words="group"
        onSubmit={submit}
        bar={
          <>
            <Button type="submit" loading={create.isPending}>
              {t('create')}
            </Button>
            <Button variant="default" renderRoot={(props) => <Link to="/groups" {...props} />}>
              {t('cancel')}
            </Button>
          </>
        }
      >
        <GroupFieldset form={form} />
      </Form>
    </Page>
  )
}
