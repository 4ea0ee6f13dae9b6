import { Button, Switch } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { asProblem } from '../api/problem'
import type { Device } from '../api/types'
import { History } from '../audit/History'
import { serverText, t } from '../locale'
import { EmergencyFields } from '../locations/EmergencyFields'
import { ProfileField } from '../profiles/ProfileField'
import { idParam } from '../search-params'
import { useMay } from '../session/may'
import { SettingsEditor } from '../settings/SettingsEditor'
import { advise } from '../ui/advise'
import { DataTable } from '../ui/DataTable'
import { ErrorView } from '../ui/ErrorView'
import { Form } from '../ui/Form'
import { Page } from '../ui/Page'
import { pick } from '../ui/merge'
import { SecretCards } from '../ui/SecretCard'
import { useForm } from '../ui/use-form'
import { ResetDialog } from '../users/EditUserPage'
import { SecurityChoice } from '../users/SecurityChoice'
import { userQuery } from '../users/queries'
import { deviceName, registrationColumns } from './columns'
import { deviceQuery, registrationsQuery, useUpdateDevice, type DeviceWrite } from './queries'
import { SlowedNote } from './SlowedNote'

/** DevicePage is one device: what it may, and where it is registered from. */
export function DevicePage() {
  const id = idParam(useParams({ from: '/shell/devices/$id' }).id)
  const { data, error, refetch } = useQuery(deviceQuery(id))
  if (data) return <Edit key={id} device={data} />
  return (
    <Page title={t('device.title')}>
      {error ? (
        <ErrorView error={error} retry={() => void refetch()} />
      ) : (
        <div className="skeleton" role="status" aria-label={t('loading')} />
      )}
    </Page>
  )
}

const valuesOf = (device: Device) => ({
  enabled: device.enabled,
  security: device.security as string,
  provisioningProfileId: device.provisioningProfileId ? String(device.provisioningProfileId) : '',
  emergencyLocationId: device.emergencyLocationId ? String(device.emergencyLocationId) : '',
  emergencyAddress: device.emergencyAddress,
})

/** changesOf is the fields that were changed, as the server takes them. */
function changesOf(values: ReturnType<typeof valuesOf>, dirty: (keyof ReturnType<typeof valuesOf>)[]): DeviceWrite {
  const { emergencyLocationId, provisioningProfileId, ...rest } = pick(values, dirty)
  return {
    ...(rest as DeviceWrite),
    ...(provisioningProfileId !== undefined && { provisioningProfileId: Number(provisioningProfileId) }),
    ...(emergencyLocationId !== undefined && { emergencyLocationId: Number(emergencyLocationId) || 0 }),
  }
}

function Edit({ device }: { device: Device }) {
  const client = useQueryClient()
  const may = useMay()
  const form = useForm(valuesOf(device))
  const [version, setVersion] = useState(device.version)
  const [resetting, setResetting] = useState(false)
  const update = useUpdateDevice()
  const user = useQuery({ ...userQuery(device.userId), enabled: may('users:read') }).data

  const save = async () => {
    if (form.dirty.length === 0) return
    try {
      const changes = changesOf(form.values, form.dirty)
      const { data } = await update.mutateAsync({ id: device.id, changes, version })
      setVersion(data.version)
      form.start(valuesOf(data))
      advise({ tone: 'done', text: t('device.updated', { name: deviceName(data), user: data.userName ?? '' }) }, 'here')
    } catch (error) {
      const problem = asProblem(error)
      if (problem.status !== 412) {
        form.fail(problem)
        return
      }
      const theirs = await client.fetchQuery({ ...deviceQuery(device.id), staleTime: 0 })
      setVersion(theirs.version)
      form.rebase(valuesOf(theirs), problem.conflicts[0]?.changedBy ?? '')
    }
  }
  return (
    <Page title={deviceName(device)}>
      <p className="under-title">
        {t('device.idLine', { id: String(device.id) })} ·{' '}
        <Link to="/accounts/$id" params={{ id: String(device.userId) }}>
          {device.userName}
        </Link>{' '}
        · {t('card.sipUsername')}{' '}
        <span className="digits">{device.lines.map((line) => line.sipUsername).join(', ')}</span>
      </p>
      <SecretCards />
      <SlowedNote device={device} />
      {device.notice && <p role="status">{serverText(device.notice)}</p>}
      <Form
        form={form}
        label={t('device.title')}
        words="device"
        onSubmit={save}
        bar={
          may('devices:write') && (
            <>
              <Button type="submit" loading={update.isPending} disabled={form.differences.length > 0}>
                {t('apply')}
              </Button>
              {user && may('users:write') && (
                <Button variant="default" onClick={() => setResetting(true)}>
                  {t('device.reset')}
                </Button>
              )}
            </>
          )
        }
      >
        <div className="fields">
          <p className="dimmed">{t('device.byHandHelp')}</p>
          <Switch {...form.check('enabled')} label={t('device.enabled')} description={t('device.enabledHelp')} />
        </div>
        <div className="fields">
          <ProfileField {...form.choice('provisioningProfileId')} without={t('profile.asUser')} />
        </div>
        <SecurityChoice
          value={form.values.security}
          onChange={(security) => form.set('security', security)}
          inherited={device.security === '' ? device.effectiveSecurity : undefined}
          from="user"
        />
        <section className="section fields" aria-label={t('emergency.title')}>
          <h2>{t('emergency.title')}</h2>
          <EmergencyFields
            location={form.choice('emergencyLocationId')}
            address={form.text('emergencyAddress')}
            effective={device.effectiveEmergency}
          />
        </section>
      </Form>
      <Registrations userId={device.userId} deviceId={device.id} />
      {may('settings:read') && (
        <section className="section" aria-labelledby="device-settings">
          <h2 id="device-settings">{t('device.settings')}</h2>
          <SettingsEditor level="device" owner={device.id} />
        </section>
      )}
      <History kind="device" id={device.id} />
      {resetting && user && <ResetDialog user={user} secrets={['sipPassword']} onClose={() => setResetting(false)} />}
    </Page>
  )
}

function Registrations({ userId, deviceId }: { userId: number; deviceId: number }) {
  const list = useQuery(registrationsQuery({ user: userId }))
  return (
    <section className="section" aria-labelledby="registrations">
      <h2 id="registrations">{t('registration.title')}</h2>
      <DataTable
        label={t('registration.title')}
        columns={registrationColumns()}
        rows={list.data?.items.filter((phone) => phone.deviceId === deviceId)}
        state={list}
        rowKey={(phone) => phone.id}
        rowName={(phone) => phone.userAgent || phone.remote}
        empty={<p>{t('registration.none')}</p>}
      />
    </section>
  )
}
