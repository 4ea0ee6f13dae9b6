import { Button, Tabs } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import { asProblem } from '../api/problem'
import type { Group } from '../api/types'
import { History } from '../audit/History'
import { formatNumber, t } from '../locale'
import { idParam } from '../search-params'
import { useMay } from '../session/may'
import { SettingsEditor } from '../settings/SettingsEditor'
import { advise } from '../ui/advise'
import { ErrorView } from '../ui/ErrorView'
import { Form } from '../ui/Form'
import { pick } from '../ui/merge'
import { Page } from '../ui/Page'
import { useForm } from '../ui/use-form'
import { DeleteGroupDialog } from './DeleteGroupDialog'
import { fieldsOf, GroupFieldset } from './GroupForm'
import { MembersTab } from './MembersTab'
import { groupQuery, useUpdateGroup } from './queries'

/** EditGroupPage is the group form with Update and Delete at its bottom, who is in it, and what it sets for them. */
export function EditGroupPage() {
  const id = idParam(useParams({ from: '/shell/groups/$id' }).id)
  const [frozen, freeze] = useState(false)
  const { data, error, refetch } = useQuery({ ...groupQuery(id), enabled: !frozen })
  if (data) return <Edit key={id} group={data} freeze={freeze} />
  return (
    <Page title={t('groups.editTitle')}>
      {error ? (
        <ErrorView error={error} retry={() => void refetch()} />
      ) : (
        <div className="skeleton" role="status" aria-label={t('loading')} />
      )}
    </Page>
  )
}

function Edit({ group, freeze }: { group: Group; freeze: (frozen: boolean) => void }) {
  const client = useQueryClient()
  const form = useForm(fieldsOf(group))
  const [version, setVersion] = useState(group.version)
  const [deleting, setDeleting] = useState(false)
  const [settings, setSettings] = useState(0)
  const update = useUpdateGroup(group.id)
  const navigate = useNavigate()
  const may = useMay()

  const submit = async () => {
    if (form.invalid({ name: form.values.name.trim() ? undefined : t('group.nameNeeded') })) return
    try {
      const changes = pick(form.values, form.dirty)
      const { data } = form.dirty.length > 0 ? await update.mutateAsync({ changes, version }) : { data: group }
      const text = t('groups.updated', { name: data.name, id: String(data.id) })
      if (settings > 0) {
        setVersion(data.version)
        form.start(fieldsOf(data))
        advise({ tone: 'done', text, note: t('settings.stillWaiting', { n: settings }) }, 'here')
        await navigate({
          to: '/groups/$id',
          params: { id: String(group.id) },
          search: { tab: 'settings' },
          ignoreBlocker: true,
        })
        return
      }
      advise({ tone: 'done', text })
      await navigate({ to: '/groups', ignoreBlocker: true })
    } catch (error) {
      const problem = asProblem(error)
      if (problem.status !== 412) {
        form.fail(problem)
        return
      }
      const theirs = await client.fetchQuery({ ...groupQuery(group.id), staleTime: 0 })
      setVersion(theirs.version)
      form.rebase(fieldsOf(theirs), problem.conflicts[0]?.changedBy ?? '')
    }
  }
  return (
    <Page title={t('groups.editTitle')}>
      <p className="under-title">
        <strong>{group.name}</strong> · {t('groups.idLine', { id: String(group.id) })} ·{' '}
        <Link to="/accounts" search={{ group: group.id }}>
          {t('groups.members', { n: group.memberCount })}
        </Link>{' '}
        ·{' '}
        <Link to="/accounts/new" search={{ group: group.id }}>
          {t('users.new')}
        </Link>
      </p>
      <GroupTabs
        group={group}
        form={
          <>
            <Form
              form={form}
              label={t('groups.editTitle')}
              words="group"
              onSubmit={submit}
              bar={
                may('groups:write') && (
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
              <GroupFieldset form={form} />
            </Form>
            <History kind="group" id={group.id} />
          </>
        }
        settings={
          <>
            <p className="dimmed">
              {t('settings.ofMembers')}. {t('settings.topWins')}
            </p>
            <SettingsEditor level="group" owner={group.id} onWaiting={setSettings} />
          </>
        }
      />
      {deleting && (
        <DeleteGroupDialog
          group={group}
          freeze={freeze}
          onClose={() => setDeleting(false)}
          leave={() => void navigate({ to: '/groups', ignoreBlocker: true })}
        />
      )}
    </Page>
  )
}

/** GroupTabs keeps what is typed under a tab while another is shown; members and settings are read once they are. */
function GroupTabs({ group, form, settings }: { group: Group; form: ReactNode; settings: ReactNode }) {
  const search = useSearch({ from: '/shell/groups/$id' })
  const navigate = useNavigate({ from: '/groups/$id' })
  const may = useMay()
  const tab = search.tab ?? 'group'
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set([tab]))
  if (!opened.has(tab)) setOpened(new Set([...opened, tab]))
  return (
    <Tabs
      value={tab}
      onChange={(to) =>
        navigate({ search: to && to !== 'group' ? { tab: to } : {}, replace: true, ignoreBlocker: true })
      }
      keepMounted
      keepMountedMode="display-none"
      activateTabWithKeyboard={false}
    >
      <div className="tabs-line">
        <Tabs.List>
          <Tabs.Tab value="group">{t('group.tab.group')}</Tabs.Tab>
          {may('users:read') && (
            <Tabs.Tab value="members">
              {t('group.tab.members')} <span className="tab-count digits">{formatNumber(group.memberCount)}</span>
            </Tabs.Tab>
          )}
          {may('settings:read') && <Tabs.Tab value="settings">{t('group.tab.settings')}</Tabs.Tab>}
        </Tabs.List>
      </div>
      <Tabs.Panel value="group">{form}</Tabs.Panel>
      {may('users:read') && (
        <Tabs.Panel value="members">{tab === 'members' && <MembersTab group={group} />}</Tabs.Panel>
      )}
      {may('settings:read') && <Tabs.Panel value="settings">{opened.has('settings') && settings}</Tabs.Panel>}
    </Tabs>
  )
}
