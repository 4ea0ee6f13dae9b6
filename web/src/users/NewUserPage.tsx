import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { asProblem } from '../api/problem'
import { groupChoices } from '../groups/queries'
import { t } from '../locale'
import { useHold } from '../numbers/use-hold'
import { PasswordAgain } from '../session/PasswordAgain'
import { passwordNeeded } from '../session/PasswordDialog'
import { organizationQuery, settingsQuery } from '../settings/queries'
import { useMe } from '../session/may'
import { advise } from '../ui/advise'
import { Form } from '../ui/Form'
import { Page } from '../ui/Page'
import { problemText } from '../ui/problem-text'
import { SecretCards } from '../ui/SecretCard'
import { showCard } from '../ui/secrets'
import { useForm } from '../ui/use-form'
import { AdvancedTabs } from './AdvancedTabs'
import { checkUser } from './check'
import { useCreateUser, userQuery } from './queries'
import { InviteBox, invitable } from './Invite'
import { UserFieldset } from './UserFieldset'
import { copyOf, emptyUser, filledFields, nextOf, toWrite, type UserValues } from './values'

type After = 'list' | 'stay' | 'another'

/** NewUserPage makes an account: a name and a group suffice, the rest is offered or generated. */
export function NewUserPage() {
  const search = useSearch({ from: '/shell/accounts/new' })
  const groups = useQuery(groupChoices)
  const copied = useQuery({ ...userQuery(search.copy ?? 0), enabled: search.copy !== undefined })
  if (groups.data?.items.length === 0) return <NoGroupYet />
  if (!groups.data || (search.copy && !copied.data)) {
    return (
      <Page title={t('users.new')}>
        <div className="skeleton" role="status" aria-label={t('loading')} />
      </Page>
    )
  }
  const only = groups.data.items.length === 1 ? groups.data.items[0]?.id : undefined
  const groupId = search.group ?? only
  const start = copied.data ? copyOf(copied.data) : { ...emptyUser, groupId: groupId ? String(groupId) : '' }
  return <NewUser start={start} />
}

/** NoGroupYet leads to the first group: nobody lives outside one. */
function NoGroupYet() {
  return (
    <Page title={t('users.new')}>
      <div className="empty">
        <p>{t('users.noGroup')}</p>
        <Button renderRoot={(props) => <Link to="/groups/new" {...props} />}>{t('groups.new')}</Button>
      </div>
    </Page>
  )
}

function NewUser({ start }: { start: UserValues }) {
  const [asking, setAsking] = useState(false)
  const form = useForm(start)
  const create = useCreateUser()
  const navigate = useNavigate()
  const after = useRef<After>('list')
  const [invite, setInvite] = useState(true)
  const mail = useMe()?.organization.mailSetUp ?? false
  const organization = useQuery(organizationQuery).data
  const settings = useQuery({
    ...settingsQuery('organization', organization?.id ?? 0),
    enabled: organization !== undefined,
  }).data
  const groupId = form.values.groupId ? Number(form.values.groupId) : undefined
  // The number follows the offer until somebody types another.
  const number = useHold(groupId, Number(form.values.locationId), (hold, previous) => {
    // A number that was refused stays to be read; the next one is offered beside it.
    if (form.errors.number) return
    if (form.values.number === '' || form.values.number === previous?.number) form.offer('number', hold.number)
  })
  useFocusName(form.ref)

  const save = async () => {
    if (form.invalid(checkUser(form.values))) return
    const { values } = form
    try {
      const { data: user } = await create.mutateAsync({
        body: {
          ...toWrite(values, filledFields(values)),
          ...(number.hold && values.number === number.hold.number && { holdId: number.hold.holdId }),
          ...(mail && invite && invitable(values) && values.portalPassword === '' && { invite: true }),
        },
      })
      if (values.number === number.hold?.number) number.spent()
      if (user.inviteError) {
        advise({ tone: 'failed', text: t('invite.failed', { why: user.inviteError }) })
      }
      showCard({ ...user, userId: user.id, name: user.displayName })
      await go(user.id, user.displayName, user.number, user.groupId)
    } catch (error) {
      const problem = asProblem(error)
      if (passwordNeeded(problem)) {
        setAsking(true)
        return
      }
      if (problem.fields.number) number.next()
      form.fail(problem)
    }
  }
  const go = async (id: number, name: string, extension: string, group: number) => {
    const advice = { tone: 'done', text: t('users.createdLine', { name, number: extension, id: String(id) }) } as const
    if (after.current === 'another') {
      advise(advice, 'here')
      form.start({ ...nextOf(form.values), number: '' })
      form.setTab(null)
      number.next()
      form.ref.current?.querySelector<HTMLElement>('[data-autofocus]')?.focus()
      return
    }
    advise(advice)
    if (after.current === 'stay')
      await navigate({ to: '/accounts/$id', params: { id: String(id) }, ignoreBlocker: true })
    else await navigate({ to: '/accounts', search: { group }, ignoreBlocker: true })
  }
  const then = (what: After) => () => {
    after.current = what
  }
  return (
    <Page title={t('users.new')}>
      <SecretCards />
      {asking && (
        <PasswordAgain
          onClose={() => setAsking(false)}
          onDone={async () => {
            setAsking(false)
            await save()
          }}
        />
      )}
      <Form
        form={form}
        label={t('users.new')}
        words="user"
        onSubmit={save}
        bar={
          <>
            <Button type="submit" loading={create.isPending && after.current === 'list'} onClick={then('list')}>
              {t('ok')}
            </Button>
            <Button
              type="submit"
              variant="default"
              loading={create.isPending && after.current === 'stay'}
              onClick={then('stay')}
            >
              {t('apply')}
            </Button>
            <Button
              type="submit"
              variant="default"
              loading={create.isPending && after.current === 'another'}
              onClick={then('another')}
            >
              {t('users.okAnother')}
            </Button>
            <Button variant="subtle" color="gray" renderRoot={(props) => <Link to="/accounts" {...props} />}>
              {t('cancel')}
            </Button>
          </>
        }
      >
        <UserFieldset
          form={form}
          hold={number.hold}
          lapsed={number.lapsed}
          onNext={number.next}
          noNumber={number.problem && problemText(number.problem)}
        />
        <InviteBox user={form.values} checked={invite} onChange={setInvite} />
        <AdvancedTabs
          form={form}
          inherited={settings?.find((setting) => setting.key === 'call.security')?.value as string | undefined}
        />
      </Form>
    </Page>
  )
}

/** useFocusName begins the form at the name, also when the page was reached by a link. */
function useFocusName(ref: { current: HTMLFormElement | null }): void {
  const focus = useEffectEvent(() => ref.current?.querySelector<HTMLElement>('[data-autofocus]')?.focus())
  useEffect(() => focus(), [])
}
