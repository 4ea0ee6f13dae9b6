import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { RunningCalls } from '../calls/RunningCalls'
import { asProblem } from '../api/problem'
import type { SecretName, User } from '../api/types'
import { History } from '../audit/History'
import { UserDevices } from '../devices/UserDevices'
import { t } from '../locale'
import { idParam } from '../search-params'
import { PasswordAgain } from '../session/PasswordAgain'
import { passwordNeeded } from '../session/PasswordDialog'
import { useMay } from '../session/may'
import { advise } from '../ui/advise'
import { ErrorView } from '../ui/ErrorView'
import { Form } from '../ui/Form'
import { IconRoute } from '../ui/icons'
import { OnlineMark } from '../ui/marks'
import { Modal } from '../ui/Modal'
import { Page } from '../ui/Page'
import { SecretCards } from '../ui/SecretCard'
import { showCard } from '../ui/secrets'
import { Ago } from '../ui/Time'
import { useForm } from '../ui/use-form'
import { AdministratorDialog } from './AdministratorDialog'
import { AdvancedTabs } from './AdvancedTabs'
import { ChangeMenu } from './ChangeMenu'
import { checkUser } from './check'
import { DeleteUserDialog } from './DeleteUserDialog'
import { userQuery, useResetSecrets, useUpdateUser } from './queries'
import { EmailPending } from './Invite'
import { UserFieldset } from './UserFieldset'
import { toWrite, valuesOf } from './values'

/** EditUserPage is an account: who it is, its secrets, its devices. */
export function EditUserPage() {
  const id = idParam(useParams({ from: '/shell/accounts/$id' }).id)
  const [frozen, freeze] = useState(false)
  const { data, error, refetch } = useQuery({ ...userQuery(id), enabled: !frozen })
  if (data) return <Edit key={id} user={data} freeze={freeze} />
  return (
    <Page title={t('users.editTitle')}>
      {error ? (
        <ErrorView error={error} retry={() => void refetch()} />
      ) : (
        <div className="skeleton" role="status" aria-label={t('loading')} />
      )}
    </Page>
  )
}

function Edit({ user, freeze }: { user: User; freeze: (frozen: boolean) => void }) {
  const { tab } = useSearch({ from: '/shell/accounts/$id' })
  const form = useForm(valuesOf(user), tab)
  const [deleting, setDeleting] = useState(false)
  const [resetting, setResetting] = useState<SecretName>()
  const [switching, setSwitching] = useState(false)
  const [settings, setSettings] = useState(0)
  const stay = useRef(false)
  const navigate = useNavigate()
  const may = useMay()
  const { save, saving, asking, setAsking } = useSave(user, form, async (saved) => {
    const text = t('users.updated', { name: saved.displayName, id: String(saved.id) })
    if (settings > 0) {
      form.setTab('settings')
      advise({ tone: 'done', text, note: t('settings.stillWaiting', { n: settings }) }, 'here')
      return
    }
    advise({ tone: 'done', text }, stay.current ? 'here' : 'next')
    if (!stay.current)
      await navigate({ to: '/accounts', search: saved.groupId ? { group: saved.groupId } : {}, ignoreBlocker: true })
  })
  const operator = user.kind === 'operator'
  const then = (staying: boolean) => () => {
    stay.current = staying
  }
  return (
    <Page
      title={user.displayName}
      action={
        !operator && (
          <Button
            variant="default"
            leftSection={<IconRoute size={16} />}
            renderRoot={(props) => <Link to="/accounts/$id/routing" params={{ id: String(user.id) }} {...props} />}
          >
            {t('routing.menu')}
          </Button>
        )
      }
    >
      <p className="under-title">
        {t('users.idLine', { id: String(user.id) })}
        {user.managedBy && (
          <>
            {' · '}
            {t('users.managedBy', { name: user.managedBy })}
          </>
        )}
        {(operator || user.kind === 'person') && (
          <>
            {' · '}
            {user.lastSignInAt ? (
              <>
                {t('users.lastSignIn')} <Ago at={user.lastSignInAt} />
              </>
            ) : (
              t('users.neverSignedIn')
            )}
          </>
        )}
        {user.number && (
          <>
            {' · '}
            <span className="digits">{user.number}</span>
          </>
        )}
        {!operator && (
          <>
            {' · '}
            <OnlineMark online={user.online} />
            {!user.online && user.lastSeenAt && (
              <>
                {' · '}
                {t('lastSeen')} <Ago at={user.lastSeenAt} />
              </>
            )}
          </>
        )}
      </p>
      <EmailPending user={user} onChanged={() => undefined} />
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
      {switching && <AdministratorDialog user={user} onClose={() => setSwitching(false)} />}
      <Form
        form={form}
        label={t('users.editTitle')}
        words="user"
        onSubmit={save}
        bar={
          may('users:write') && (
            <>
              <Button
                type="submit"
                loading={saving && !stay.current}
                disabled={form.differences.length > 0}
                onClick={then(false)}
              >
                {t('ok')}
              </Button>
              <Button
                type="submit"
                variant="default"
                loading={saving && stay.current}
                disabled={form.differences.length > 0}
                onClick={then(true)}
              >
                {t('apply')}
              </Button>
              <Button variant="subtle" color="gray" renderRoot={(props) => <Link to="/accounts" {...props} />}>
                {t('cancel')}
              </Button>
              <ChangeMenu user={user} />
              <Button variant="outline" color="red" className="push-end" onClick={() => setDeleting(true)}>
                {t('delete')}
              </Button>
            </>
          )
        }
      >
        <UserFieldset
          form={form}
          operator={operator}
          own={user.number}
          {...(may('roles:write') &&
            user.role !== 'owner' &&
            user.kind === form.values.kind && { onAdministrator: () => setSwitching(true) })}
        />
        <AdvancedTabs
          form={form}
          operator={operator}
          inherited={user.security === '' ? user.effectiveSecurity : undefined}
          onReset={may('users:write') ? setResetting : undefined}
          ending={user.ending}
          emergency={user.effectiveEmergency}
          id={user.id}
          onSettings={setSettings}
        />
      </Form>
      {!user.enabled && may('calls:read') && <RunningCalls userId={user.id} />}
      {!operator && user.kind !== 'phantom' && may('devices:read') && <UserDevices userId={user.id} />}
      <History kind="user" id={user.id} />
      {deleting && (
        <DeleteUserDialog
          user={user}
          freeze={freeze}
          onClose={() => setDeleting(false)}
          leave={() =>
            void navigate({ to: '/accounts', search: { group: user.groupId || undefined }, ignoreBlocker: true })
          }
        />
      )}
      {resetting && <ResetDialog user={user} secrets={[resetting]} onClose={() => setResetting(undefined)} />}
    </Page>
  )
}

/** useSave saves what differs; when somebody saved meanwhile, what is typed is laid over what they saved. */
function useSave(
  user: User,
  form: ReturnType<typeof useForm<ReturnType<typeof valuesOf>>>,
  onSaved: (user: User) => Promise<void>,
) {
  const client = useQueryClient()
  const update = useUpdateUser()
  const [version, setVersion] = useState(user.version)
  const [asking, setAsking] = useState(false)
  const attempt = async (from: number) => {
    const errors = checkUser(form.values)
    if (user.kind === 'operator') delete errors.groupId
    if (form.invalid(errors)) return
    try {
      let saved = user
      if (form.dirty.length > 0) {
        const { data } = await update.mutateAsync({
          id: user.id,
          changes: toWrite(form.values, form.dirty),
          version: from,
        })
        saved = data
        if (Object.values(data.secrets ?? {}).some(Boolean))
          showCard({ ...data, userId: data.id, name: data.displayName })
        setVersion(data.version)
        form.start(valuesOf(data))
      }
      await onSaved(saved)
    } catch (error) {
      const problem = asProblem(error)
      if (passwordNeeded(problem)) {
        setAsking(true)
        return
      }
      if (problem.status !== 412) {
        form.fail(problem)
        return
      }
      const theirs = await client.fetchQuery({ ...userQuery(user.id), staleTime: 0 })
      setVersion(theirs.version)
      const both = form.rebase(valuesOf(theirs), problem.conflicts[0]?.changedBy ?? '')
      // Its settings are saved apart, some of them as fields of the account: what nobody else touched goes on top.
      if (both === 0 && from === version) await attempt(theirs.version)
    }
  }
  const save = () => attempt(version)
  return { save, saving: update.isPending, asking, setAsking }
}

/** ResetDialog makes secrets anew; the old ones stop at once, which is why it asks. */
export function ResetDialog({
  user,
  secrets,
  onClose,
}: {
  user: Pick<User, 'id' | 'displayName' | 'number' | 'username'>
  secrets: SecretName[]
  onClose: () => void
}) {
  const reset = useResetSecrets()
  const confirm = async () => {
    const { data } = await reset.mutateAsync({ id: user.id, secrets })
    showCard({ ...data, userId: user.id, name: user.displayName, number: user.number, username: user.username })
    onClose()
    window.scrollTo({ top: 0 })
  }
  const names = secrets.map((secret) => t(`user.${secret}`)).join(', ')
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('user.resetTitle', { name: user.displayName })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <p>{t(secrets.includes('sipPassword') ? 'user.resetSipText' : 'user.resetText', { what: names })}</p>
      {reset.error && <ErrorView error={reset.error} />}
      <div className="dialog-bar">
        <Button data-autofocus loading={reset.isPending} onClick={confirm}>
          {t('user.resetButton', { what: names })}
        </Button>
        <Button variant="default" onClick={onClose}>
          {t('cancel')}
        </Button>
      </div>
    </Modal>
  )
}
