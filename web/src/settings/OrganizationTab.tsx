import { Button, Select, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { asProblem } from '../api/problem'
import type { Organization } from '../api/types'
import { t } from '../locale'
import { countries, timeZones } from '../locale/zones'
import { useMay } from '../session/may'
import { advise } from '../ui/advise'
import { ErrorView } from '../ui/ErrorView'
import { Form } from '../ui/Form'
import { pick } from '../ui/merge'
import { useForm } from '../ui/use-form'
import { Authority } from './Authority'
import { organizationQuery, useUpdateOrganization } from './queries'

/** OrganizationTab is the organization's name, address, language and limit, and the certificate it is trusted by. */
export function OrganizationTab() {
  const { data, error, refetch } = useQuery(organizationQuery)
  if (error && !data) return <ErrorView error={error} retry={() => void refetch()} retrying />
  if (!data) return <div className="skeleton" role="status" aria-label={t('loading')} />
  return (
    <>
      <Edit organization={data} />
      <section className="section" aria-labelledby="authority">
        <h2 id="authority">{t('authority.title')}</h2>
        <Authority client={data.client} />
      </section>
    </>
  )
}

const valuesOf = ({ name, accountName, sipDomain, country, language, timeZone, userLimit }: Organization) => ({
  name,
  accountName,
  sipDomain,
  country,
  language,
  timeZone,
  userLimit: String(userLimit),
})

function Edit({ organization }: { organization: Organization }) {
  const client = useQueryClient()
  const may = useMay()
  const form = useForm(valuesOf(organization))
  const [version, setVersion] = useState(organization.version)
  const update = useUpdateOrganization()

  const save = async () => {
    const { name, sipDomain, userLimit } = form.values
    const limit = Number(userLimit)
    if (
      form.invalid({
        name: name.trim() ? undefined : t('form.required'),
        sipDomain: sipDomain.trim() ? undefined : t('form.required'),
        userLimit: Number.isInteger(limit) && limit >= 0 ? undefined : t('form.number'),
      }) ||
      form.dirty.length === 0
    ) {
      return
    }
    try {
      const { userLimit: _limit, ...texts } = pick(form.values, form.dirty) as Partial<typeof form.values>
      const changes = { ...texts, ...(form.dirty.includes('userLimit') && { userLimit: limit }) }
      const { data } = await update.mutateAsync({ changes, version })
      setVersion(data.version)
      form.start(valuesOf(data))
      advise({ tone: 'done', text: t('organization.updated', { name: data.name }) }, 'here')
    } catch (error) {
      const problem = asProblem(error)
      if (problem.status !== 412) {
        form.fail(problem)
        return
      }
      const theirs = await client.fetchQuery({ ...organizationQuery, staleTime: 0 })
      setVersion(theirs.version)
      form.rebase(valuesOf(theirs), problem.conflicts[0]?.changedBy ?? '')
    }
  }
  return (
    <Form
      form={form}
      label={t('settings.organization')}
      words="organization"
      onSubmit={save}
      bar={
        may('organization:write') && (
          <Button type="submit" loading={update.isPending} disabled={form.differences.length > 0}>
            {t('apply')}
          </Button>
        )
      }
    >
      <div className="fields labels-left">
        <TextInput {...form.text('name')} label={t('organization.name')} autoComplete="off" />
        <TextInput
          {...form.text('sipDomain')}
          label={t('organization.sipDomain')}
          description={t('organization.sipDomainHelp')}
          autoComplete="off"
          spellCheck={false}
        />
        <Select {...form.choice('country')} label={t('organization.country')} searchable data={countries()} />
        <Select
          {...form.choice('language')}
          label={t('organization.language')}
          data={[...new Set(['en', 'de', 'it', organization.language])].map((value) => ({
            value,
            label: languageName(value),
          }))}
        />
        <Select
          {...form.choice('timeZone')}
          label={t('organization.timeZone')}
          searchable
          data={timeZones(organization.timeZone)}
        />
        <TextInput
          {...form.text('userLimit')}
          label={t('organization.userLimit')}
          description={t('organization.userLimitHelp')}
          inputMode="numeric"
          autoComplete="off"
        />
      </div>
    </Form>
  )
}

function languageName(tag: string): string {
  return new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag
}
