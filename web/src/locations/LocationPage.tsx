import { Button, Select, Textarea, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { asProblem } from '../api/problem'
import type { Location } from '../api/types'
import { History } from '../audit/History'
import { languages, t } from '../locale'
import { timeZones } from '../locale/zones'
import { idParam } from '../search-params'
import { useMay } from '../session/may'
import { SettingsEditor } from '../settings/SettingsEditor'
import { advise } from '../ui/advise'
import { ErrorView } from '../ui/ErrorView'
import { Form } from '../ui/Form'
import { pick } from '../ui/merge'
import { Page } from '../ui/Page'
import { useForm, type FormState } from '../ui/use-form'
import { DeleteLocationDialog } from './DeleteLocationDialog'
import { locationQuery, useCreateLocation, useUpdateLocation } from './queries'

const texts = ['streetAddress', 'city', 'state', 'zipCode', 'country', 'phone', 'fax'] as const
const emergency = ['emergencyNumber', 'emergencyAddress', 'emergencyNote'] as const

type Fields = Record<
  'name' | (typeof texts)[number] | (typeof emergency)[number] | 'language' | 'timeZone' | 'networks',
  string
>

const fieldsOf = (location?: Location): Fields => ({
  name: location?.name ?? '',
  streetAddress: location?.streetAddress ?? '',
  city: location?.city ?? '',
  state: location?.state ?? '',
  zipCode: location?.zipCode ?? '',
  country: location?.country ?? '',
  phone: location?.phone ?? '',
  fax: location?.fax ?? '',
  language: location?.language ?? '',
  timeZone: location?.timeZone ?? '',
  networks: (location?.networks ?? []).join('\n'),
  emergencyNumber: location?.emergencyNumber ?? '',
  emergencyAddress: location?.emergencyAddress ?? '',
  emergencyNote: location?.emergencyNote ?? '',
})

/** sent is what the server is sent: networks as a list. */
function sent({ networks, ...rest }: Partial<Fields>) {
  return {
    ...rest,
    ...(networks !== undefined && {
      networks: networks
        .split(/[\s,;]+/)
        .map((network) => network.trim())
        .filter(Boolean),
    }),
  }
}

function Fieldset({ form }: { form: FormState<Fields> }) {
  return (
    <div className="fields labels-left">
      <TextInput
        {...form.text('name')}
        label={`(*) ${t('location.name')}`}
        required
        withAsterisk={false}
        autoComplete="off"
        autoFocus
      />
      {texts.map((name) => (
        <TextInput key={name} {...form.text(name)} label={t(`location.${name}`)} autoComplete="off" />
      ))}
      <Select
        {...form.choice('language')}
        value={form.values.language || null}
        label={t('location.language')}
        placeholder={t('location.inherited')}
        clearable
        data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
      />
      <Select
        {...form.choice('timeZone')}
        value={form.values.timeZone || null}
        label={t('location.timeZone')}
        placeholder={t('location.inherited')}
        clearable
        searchable
        data={timeZones(form.values.timeZone)}
      />
      <Textarea
        label={t('location.networks')}
        description={t('location.networksHelp')}
        value={form.values.networks}
        error={form.text('networks').error}
        onChange={(event) => form.set('networks', event.currentTarget.value)}
        autosize
        minRows={2}
      />
      {emergency.map((name) => (
        <TextInput
          key={name}
          {...form.text(name)}
          label={t(`location.${name}`)}
          description={name === 'emergencyNumber' ? t('location.emergencyHelp') : undefined}
          autoComplete="off"
        />
      ))}
    </div>
  )
}

/** NewLocationPage is the form of a new office. */
export function NewLocationPage() {
  const form = useForm(fieldsOf())
  const create = useCreateLocation()
  const navigate = useNavigate()
  const submit = async () => {
    if (form.invalid({ name: form.values.name.trim() ? undefined : t('location.nameNeeded') })) return
    try {
      const { data } = await create.mutateAsync(sent(form.values))
      advise({ tone: 'done', text: t('locations.created', { name: data.name }) })
      await navigate({ to: '/locations', ignoreBlocker: true })
    } catch (error) {
      form.fail(asProblem(error))
    }
  }
  return (
    <Page title={t('locations.createTitle')}>
      <Form
        form={form}
        label={t('locations.createTitle')}
        words="location"
        onSubmit={submit}
        bar={
          <>
            <Button type="submit" loading={create.isPending}>
              {t('create')}
            </Button>
            <Button variant="default" renderRoot={(props) => <Link to="/locations" {...props} />}>
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

/** LocationPage is the form of an office, with its settings. */
export function LocationPage() {
  const id = idParam(useParams({ from: '/shell/locations/$id' }).id)
  const [frozen, freeze] = useState(false)
  const { data, error, refetch } = useQuery({ ...locationQuery(id), enabled: !frozen })
  if (data) return <Edit key={id} location={data} freeze={freeze} />
  return (
    <Page title={t('locations.editTitle')}>
      {error ? (
        <ErrorView error={error} retry={() => void refetch()} />
      ) : (
        <div className="skeleton" role="status" aria-label={t('loading')} />
      )}
    </Page>
  )
}

function Edit({ location, freeze }: { location: Location; freeze: (frozen: boolean) => void }) {
  const client = useQueryClient()
  const form = useForm(fieldsOf(location))
  const [version, setVersion] = useState(location.version)
  const [deleting, setDeleting] = useState(false)
  const [settings, setSettings] = useState(0)
  const update = useUpdateLocation(location.id)
  const navigate = useNavigate()
  const may = useMay()
  const attempt = async (from: number) => {
    if (form.invalid({ name: form.values.name.trim() ? undefined : t('location.nameNeeded') })) return
    try {
      if (form.dirty.length > 0) {
        const { data } = await update.mutateAsync({ changes: sent(pick(form.values, form.dirty)), version: from })
        setVersion(data.version)
        form.start(fieldsOf(data))
      }
      const text = t('locations.updated', { name: form.values.name })
      if (settings > 0) {
        advise({ tone: 'done', text, note: t('settings.stillWaiting', { n: settings }) }, 'here')
        return
      }
      advise({ tone: 'done', text })
      await navigate({ to: '/locations', ignoreBlocker: true })
    } catch (error) {
      const problem = asProblem(error)
      if (problem.status !== 412) {
        form.fail(problem)
        return
      }
      const theirs = await client.fetchQuery({ ...locationQuery(location.id), staleTime: 0 })
      setVersion(theirs.version)
      const both = form.rebase(fieldsOf(theirs), problem.conflicts[0]?.changedBy ?? '')
      // Its settings are saved apart, some of them as fields of the location: what nobody else touched goes on top.
      if (both === 0 && from === version) await attempt(theirs.version)
    }
  }
  const submit = () => attempt(version)
  return (
    <Page title={t('locations.editTitle')}>
      <Form
        form={form}
        label={t('locations.editTitle')}
        words="location"
        onSubmit={submit}
        bar={
          may('locations:write') && (
            <>
              <Button type="submit" loading={update.isPending} disabled={form.differences.length > 0}>
                {t('update')}
              </Button>
              <Button variant="outline" color="red" onClick={() => setDeleting(true)}>
                {t('delete')}
              </Button>
            </>
          )
        }
      >
        <Fieldset form={form} />
      </Form>
      {may('settings:read') && (
        <>
          <h2>{t('locations.settings')}</h2>
          <SettingsEditor level="location" owner={location.id} onWaiting={setSettings} />
        </>
      )}
      <History kind="location" id={location.id} />
      {deleting && (
        <DeleteLocationDialog
          location={location}
          freeze={freeze}
          onClose={() => setDeleting(false)}
          leave={() => void navigate({ to: '/locations', ignoreBlocker: true })}
        />
      )}
    </Page>
  )
}
