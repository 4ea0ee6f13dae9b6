import { Button, Textarea, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { asProblem } from '../api/problem'
import type { ProvisioningProfile, Setting } from '../api/types'
import { History } from '../audit/History'
import { t } from '../locale'
import { idParam } from '../search-params'
import { useMay } from '../session/may'
import { settingsQuery } from '../settings/queries'
import { SettingsEditor } from '../settings/SettingsEditor'
import { advise } from '../ui/advise'
import { ErrorView } from '../ui/ErrorView'
import { Form } from '../ui/Form'
import { pick } from '../ui/merge'
import { Page } from '../ui/Page'
import { useForm, type FormState } from '../ui/use-form'
import { DeleteProfileDialog } from './DeleteProfileDialog'
import { profileQuery, profilesQuery, useCreateProfile, useUpdateProfile } from './queries'
import { UsedBy } from './UsedBy'
import { fieldsOf, freeName, ownValues, type ProfileFields } from './values'

const list = { to: '/settings', search: { tab: 'profiles' } } as const

function Fieldset({ form, builtIn }: { form: FormState<ProfileFields>; builtIn?: boolean }) {
  return (
    <div className="fields labels-left">
      <TextInput
        {...form.text('name')}
        label={`(*) ${t('profile.name')}`}
        description={builtIn ? t('profiles.builtInHelp') : undefined}
        readOnly={builtIn ?? false}
        required
        withAsterisk={false}
        autoComplete="off"
        autoFocus={!builtIn}
      />
      <Textarea
        label={t('profile.text')}
        description={t('profile.textHelp')}
        classNames={{ input: 'plain-text' }}
        name="text"
        value={form.values.text}
        error={form.errors.text}
        onChange={(event) => form.set('text', event.currentTarget.value)}
        autosize
        minRows={4}
        maxRows={20}
        spellCheck={false}
      />
    </div>
  )
}

const checked = (form: FormState<ProfileFields>) =>
  !form.invalid({ name: form.values.name.trim() ? undefined : t('profile.nameNeeded') })

/** NewProfilePage is the form of a new profile, or of a copy of one with its values. */
export function NewProfilePage() {
  const { copy } = useSearch({ from: '/shell/settings/profiles/new' })
  const all = useQuery({ ...profilesQuery, enabled: copy !== undefined })
  const values = useQuery({ ...settingsQuery('profile', copy ?? 0), enabled: copy !== undefined })
  const error = all.error ?? values.error
  const from = all.data?.items.find((profile) => profile.id === copy)
  if (copy === undefined) return <Create from={fieldsOf()} values={[]} />
  if (from && values.data && all.data) {
    const taken = all.data.items.map((profile) => profile.name)
    return <Create from={{ ...fieldsOf(from), name: freeName(from.name, taken) }} values={values.data} of={from.name} />
  }
  return (
    <Page title={t('profiles.createTitle')}>
      {error ? <ErrorView error={error} /> : <div className="skeleton" role="status" aria-label={t('loading')} />}
    </Page>
  )
}

function Create({ from, values, of }: { from: ProfileFields; values: Setting[]; of?: string }) {
  const form = useForm(from)
  const create = useCreateProfile()
  const navigate = useNavigate()
  const [own] = useState(() => ownValues(values))
  const submit = async () => {
    if (!checked(form)) return
    try {
      const made = await create.mutateAsync({ body: form.values, values: own })
      advise({ tone: 'done', text: t('profiles.created', { name: made.name }) })
      await navigate({ to: '/settings/profiles/$id', params: { id: String(made.id) }, ignoreBlocker: true })
    } catch (error) {
      form.fail(asProblem(error))
    }
  }
  return (
    <Page title={t('profiles.createTitle')}>
      {of && <p className="under-title">{t('profiles.copyOf', { name: of, n: own.length })}</p>}
      <Form
        form={form}
        label={t('profiles.createTitle')}
        words="profile"
        onSubmit={submit}
        bar={
          <>
            <Button type="submit" loading={create.isPending}>
              {t('create')}
            </Button>
            <Button variant="default" renderRoot={(props) => <Link {...list} {...props} />}>
              {t('cancel')}
            </Button>
          </>
        }
      >
        <Fieldset form={form} />
      </Form>
    </Page>
  )
}

/** ProfilePage is the form of a provisioning profile: its text, its values, and where it is used. */
export function ProfilePage() {
  const id = idParam(useParams({ from: '/shell/settings/profiles/$id' }).id)
  const [frozen, freeze] = useState(false)
  const { data, error, refetch } = useQuery({ ...profileQuery(id), enabled: !frozen })
  if (data) return <Edit key={id} profile={data} freeze={freeze} />
  return (
    <Page title={t('profiles.editTitle')}>
      {error ? (
        <ErrorView error={error} retry={() => void refetch()} />
      ) : (
        <div className="skeleton" role="status" aria-label={t('loading')} />
      )}
    </Page>
  )
}

function Edit({ profile, freeze }: { profile: ProvisioningProfile; freeze: (frozen: boolean) => void }) {
  const client = useQueryClient()
  const form = useForm(fieldsOf(profile))
  const [version, setVersion] = useState(profile.version)
  const [deleting, setDeleting] = useState(false)
  const [settings, setSettings] = useState(0)
  const update = useUpdateProfile(profile.id)
  const navigate = useNavigate()
  const may = useMay()
  const leave = () => navigate({ ...list, ignoreBlocker: true })
  const submit = async () => {
    if (!checked(form)) return
    try {
      if (form.dirty.length > 0) {
        const { data } = await update.mutateAsync({ changes: pick(form.values, form.dirty), version })
        setVersion(data.version)
        form.start(fieldsOf(data))
      }
      const text = t('profiles.updated', { name: form.values.name })
      if (settings > 0) {
        advise({ tone: 'done', text, note: t('settings.stillWaiting', { n: settings }) }, 'here')
        return
      }
      advise({ tone: 'done', text })
      await leave()
    } catch (error) {
      const problem = asProblem(error)
      if (problem.status !== 412) {
        form.fail(problem)
        return
      }
      const theirs = await client.fetchQuery({ ...profileQuery(profile.id), staleTime: 0 })
      setVersion(theirs.version)
      form.rebase(fieldsOf(theirs), problem.conflicts[0]?.changedBy ?? '')
    }
  }
  return (
    <Page title={t('profiles.editTitle')}>
      <p className="under-title">{t('profiles.order')}</p>
      <Form
        form={form}
        label={t('profiles.editTitle')}
        words="profile"
        onSubmit={submit}
        bar={
          may('settings:write') && (
            <>
              <Button type="submit" loading={update.isPending} disabled={form.differences.length > 0}>
                {t('update')}
              </Button>
              <Button
                variant="default"
                renderRoot={(props) => <Link to="/settings/profiles/new" search={{ copy: profile.id }} {...props} />}
              >
                {t('profiles.copy')}
              </Button>
              {!profile.builtIn && (
                <Button variant="outline" color="red" onClick={() => setDeleting(true)}>
                  {t('delete')}
                </Button>
              )}
            </>
          )
        }
      >
        <Fieldset form={form} builtIn={profile.builtIn} />
      </Form>
      <UsedBy profile={profile} />
      {may('settings:read') && (
        <section className="section" aria-labelledby="profile-settings">
          <h2 id="profile-settings">{t('profiles.settings')}</h2>
          <SettingsEditor level="profile" owner={profile.id} onWaiting={setSettings} />
        </section>
      )}
      <History kind="provisioning_profile" id={profile.id} />
      {deleting && (
        <DeleteProfileDialog
          profile={profile}
          freeze={freeze}
          onClose={() => setDeleting(false)}
          leave={() => void leave()}
        />
      )}
    </Page>
  )
}
