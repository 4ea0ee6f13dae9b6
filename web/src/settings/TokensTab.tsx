import { Button, MultiSelect, Select, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { asProblem } from '../api/problem'
import type { Token } from '../api/types'
import { t } from '../locale'
import { useMe } from '../session/may'
import { advise } from '../ui/advise'
import { CopyButton } from '../ui/CopyButton'
import { DangerDialog } from '../ui/DangerDialog'
import { DataTable, type Column } from '../ui/DataTable'
import { Form } from '../ui/Form'
import { IconPlus, IconTrash } from '../ui/icons'
import { Modal } from '../ui/Modal'
import { Ago } from '../ui/Time'
import { useForm } from '../ui/use-form'
import { tokensQuery, useCreateToken, useDeleteToken } from './queries'

const tokenColumns = (): Column<Token>[] => [
  { id: 'name', header: 'token.name', cell: (token) => <span className="strong">{token.name}</span> },
  {
    id: 'scopes',
    header: 'token.scopes',
    cell: (token) => (token.scopes.length > 0 ? token.scopes.join(', ') : t('token.everything')),
  },
  { id: 'created', header: 'token.created', hide: 'narrow', cell: (token) => <Ago at={token.createdAt} /> },
  {
    id: 'expires',
    header: 'token.expires',
    cell: (token) => (token.expiresAt ? <Ago at={token.expiresAt} /> : t('token.never')),
  },
]

/** TokensTab is the API tokens: for programs, each with no more rights than it needs. */
export function TokensTab() {
  const list = useQuery(tokensQuery)
  const [making, setMaking] = useState(false)
  const [deleting, setDeleting] = useState<Token>()
  const [fresh, setFresh] = useState<{ name: string; token: string }>()
  return (
    <>
      <div className="filter-line">
        <p className="dimmed grow">{t('tokens.help')}</p>
        <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
          {t('tokens.new')}
        </Button>
      </div>
      {fresh && (
        <section className="secret-card" aria-label={t('tokens.card', { name: fresh.name })}>
          <p>{t('tokens.once', { name: fresh.name })}</p>
          <p>
            <code data-field="token">{fresh.token}</code>
            <CopyButton value={fresh.token} label={t('tokens.token')} />
          </p>
          <div className="dialog-bar">
            <Button onClick={() => setFresh(undefined)}>{t('card.done')}</Button>
          </div>
        </section>
      )}
      <DataTable
        label={t('settings.tokens')}
        columns={tokenColumns()}
        rows={list.data?.items}
        state={list}
        rowKey={(token) => token.id}
        rowName={(token) => token.name}
        rowButton={(token) => (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconTrash size={14} />}
            onClick={() => setDeleting(token)}
            aria-label={t('tokens.revokeOne', { name: token.name })}
          >
            {t('tokens.revoke')}
          </Button>
        )}
        empty={<p>{t('tokens.empty')}</p>}
      />
      {making && (
        <NewToken
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false)
            setFresh(made)
          }}
        />
      )}
      {deleting && <Revoke token={deleting} onClose={() => setDeleting(undefined)} />}
    </>
  )
}

const days: Record<string, number> = { week: 7, quarter: 90, year: 365 }

function NewToken({
  onClose,
  onMade,
}: {
  onClose: () => void
  onMade: (made: { name: string; token: string }) => void
}) {
  const me = useMe()
  const create = useCreateToken()
  const form = useForm<{ name: string; scopes: string[]; lasts: string }>({ name: '', scopes: [], lasts: 'quarter' })
  const submit = async () => {
    const { name, scopes, lasts } = form.values
    if (form.invalid({ name: name.trim() ? undefined : t('form.required') })) return
    const lasting = days[lasts]
    const expiresAt = lasting === undefined ? undefined : new Date(Date.now() + lasting * 86_400_000).toISOString()
    try {
      const { data } = await create.mutateAsync({ name: name.trim(), scopes, ...(expiresAt && { expiresAt }) })
      onMade({ name: data.name, token: data.token })
    } catch (error) {
      form.fail(asProblem(error))
    }
  }
  return (
    <Modal opened onClose={onClose} title={t('tokens.new')} closeButtonProps={{ 'aria-label': t('close') }}>
      <Form
        form={form}
        label={t('tokens.new')}
        words="token"
        quiet
        onSubmit={submit}
        bar={
          <>
            <Button type="submit" loading={create.isPending}>
              {t('create')}
            </Button>
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
          </>
        }
      >
        <div className="fields">
          <TextInput
            {...form.text('name')}
            label={t('token.name')}
            description={t('token.nameHelp')}
            autoComplete="off"
            data-autofocus
          />
          <MultiSelect
            label={t('token.scopes')}
            description={t('token.scopesHelp')}
            data={(me?.permissions ?? []).toSorted()}
            value={form.values.scopes}
            onChange={(scopes) => form.set('scopes', scopes)}
            error={form.errors.scopes}
            searchable
          />
          <Select
            {...form.choice('lasts')}
            label={t('token.lasts')}
            data={(['week', 'quarter', 'year', 'ever'] as const).map((value) => ({
              value,
              label: t(`token.lasts.${value}`),
            }))}
          />
        </div>
      </Form>
    </Modal>
  )
}

function Revoke({ token, onClose }: { token: Token; onClose: () => void }) {
  const remove = useDeleteToken()
  const confirm = async () => {
    await remove.mutateAsync(token.id)
    advise({ tone: 'removed', text: t('tokens.revoked', { name: token.name }) }, 'here')
    onClose()
  }
  return (
    <DangerDialog
      title={t('tokens.revokeTitle', { name: token.name })}
      confirm={t('tokens.revoke')}
      onClose={onClose}
      onConfirm={confirm}
    >
      <p>{t('tokens.revokeText')}</p>
    </DangerDialog>
  )
}
