import { Button, Checkbox, PasswordInput, Select, Textarea, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { asProblem } from '../api/problem'
import type { MailInput, MailServer } from '../api/types'
import { t } from '../locale'
import { useMay } from '../session/may'
import { Note } from '../ui/Advisory'
import { advise } from '../ui/advise'
import { DangerDialog } from '../ui/DangerDialog'
import { ErrorView } from '../ui/ErrorView'
import { Form } from '../ui/Form'
import { useForm } from '../ui/use-form'
import { mailQuery, useRemoveMail, useSetMail } from './mail'
import { MailTest } from './MailTest'
import { Outbox } from './Outbox'

/** MailTab is how mail goes out, a test of it, and what could not be sent. */
export function MailTab() {
  const { data, error, refetch } = useQuery(mailQuery)
  const may = useMay()
  if (error && !data) return <ErrorView error={error} retry={() => void refetch()} retrying />
  if (!data) return <div className="skeleton" role="status" aria-label={t('loading')} />
  return (
    <>
      {!data.configured && <Note tone="done">{t('mail.none')}</Note>}
      <Edit mail={data} />
      {data.configured && may('organization:write') && <MailTest />}
      <Outbox failed={data.failed} />
    </>
  )
}

const valuesOf = (mail: MailServer) => ({
  host: mail.host,
  port: String(mail.port),
  tls: mail.tls as string,
  allowPlain: mail.allowPlain,
  username: mail.username,
  password: '',
  sender: mail.sender,
  senderName: mail.senderName,
  replyTo: mail.replyTo,
  pageUrl: mail.pageUrl,
  authority: mail.authority,
})
type Values = ReturnType<typeof valuesOf>

/** ports are what mail servers listen at, by how the connection is protected. */
const ports: Record<string, string> = { starttls: '587', implicit: '465', none: '25' }

/** toInput leaves the password out while it stays as it was. */
function toInput({ password, port, tls, ...rest }: Values): MailInput {
  return {
    ...rest,
    port: Number(port),
    tls: tls as MailInput['tls'],
    ...((password || !rest.username) && { password }),
  }
}

function check({ host, port, sender }: Values) {
  const number = Number(port)
  return {
    host: host.trim() ? undefined : t('form.required'),
    port: Number.isInteger(number) && number > 0 && number < 65536 ? undefined : t('form.number'),
    sender: sender.trim() ? undefined : t('form.required'),
  }
}

function Edit({ mail }: { mail: MailServer }) {
  const client = useQueryClient()
  const may = useMay()
  const form = useForm(valuesOf(mail))
  const [version, setVersion] = useState(mail.version)
  const [removing, setRemoving] = useState(false)
  const set = useSetMail()
  const remove = useRemoveMail()

  const save = async () => {
    if (form.invalid(check(form.values))) return
    try {
      const { data } = await set.mutateAsync({ body: toInput(form.values), version })
      setVersion(data.version)
      form.start(valuesOf(data))
      advise({ tone: 'done', text: t('mail.saved', { host: data.host }) }, 'here')
    } catch (error) {
      const problem = asProblem(error)
      if (problem.status !== 412) {
        form.fail(problem)
        return
      }
      const theirs = await client.fetchQuery({ ...mailQuery, staleTime: 0 })
      setVersion(theirs.version)
      form.rebase({ ...valuesOf(theirs), password: form.values.password }, problem.conflicts[0]?.changedBy ?? '')
    }
  }
  return (
    <Form
      form={form}
      label={t('settings.mail')}
      words="mail"
      onSubmit={save}
      bar={
        may('organization:write') && (
          <>
            <Button type="submit" loading={set.isPending} disabled={form.differences.length > 0}>
              {t('apply')}
            </Button>
            {mail.configured && (
              <Button variant="outline" color="red" className="push-end" onClick={() => setRemoving(true)}>
                {t('mail.off')}
              </Button>
            )}
          </>
        )
      }
    >
      <ServerFields form={form} passwordSet={mail.passwordSet} />
      {removing && (
        <DangerDialog
          title={t('mail.offTitle')}
          confirm={t('mail.off')}
          onClose={() => setRemoving(false)}
          onConfirm={async () => {
            await remove.mutateAsync()
            setRemoving(false)
            const none = await client.fetchQuery({ ...mailQuery, staleTime: 0 })
            setVersion(none.version)
            form.start(valuesOf(none))
            advise({ tone: 'removed', text: t('mail.offDone') }, 'here')
          }}
        >
          <p>{t('mail.offText')}</p>
        </DangerDialog>
      )}
    </Form>
  )
}

function ServerFields({ form, passwordSet }: { form: ReturnType<typeof useForm<Values>>; passwordSet: boolean }) {
  const { values } = form
  // The usual port follows the protection, unless somebody typed another.
  const protect = (tls: string | null) => {
    if (!tls) return
    if (values.port === '' || Object.values(ports).includes(values.port)) form.set('port', ports[tls] ?? '')
    form.set('tls', tls)
  }
  return (
    <div className="fields labels-left">
      <TextInput
        {...form.text('host')}
        label={t('mail.host')}
        placeholder="smtp.example.org"
        autoComplete="off"
        spellCheck={false}
      />
      <Select
        {...form.choice('tls')}
        onChange={protect}
        label={t('mail.tls')}
        allowDeselect={false}
        data={[
          { value: 'starttls', label: t('mail.tls.starttls') },
          { value: 'implicit', label: t('mail.tls.implicit') },
          { value: 'none', label: t('mail.tls.none') },
        ]}
      />
      <TextInput {...form.text('port')} label={t('mail.port')} inputMode="numeric" autoComplete="off" />
      {values.tls === 'none' && (
        <div className="field-row">
          <span className="field-label" />
          <Checkbox {...form.check('allowPlain')} label={t('mail.allowPlain')} description={t('mail.allowPlainHelp')} />
        </div>
      )}
      <TextInput
        {...form.text('username')}
        label={t('mail.username')}
        description={t('mail.usernameHelp')}
        autoComplete="off"
        spellCheck={false}
      />
      {values.username !== '' && (
        <PasswordInput
          {...form.text('password')}
          label={t('mail.password')}
          description={passwordSet ? t('mail.passwordSet') : t('mail.passwordHelp')}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': t('password.show') }}
        />
      )}
      <TextInput
        {...form.text('sender')}
        label={t('mail.sender')}
        description={t('mail.senderHelp')}
        type="email"
        autoComplete="off"
      />
      <TextInput
        {...form.text('senderName')}
        label={t('mail.senderName')}
        description={t('mail.senderNameHelp')}
        autoComplete="off"
      />
      <TextInput {...form.text('replyTo')} label={t('mail.replyTo')} type="email" autoComplete="off" />
      <TextInput
        {...form.text('pageUrl')}
        label={t('mail.pageUrl')}
        description={t('mail.pageUrlHelp')}
        placeholder={window.location.origin}
        autoComplete="off"
        spellCheck={false}
      />
      {values.tls !== 'none' && (
        <Textarea
          name="authority"
          value={values.authority}
          onChange={(event) => form.set('authority', event.currentTarget.value)}
          error={form.errors.authority}
          label={t('mail.authority')}
          description={t('mail.authorityHelp')}
          placeholder="-----BEGIN CERTIFICATE-----"
          autosize
          minRows={2}
          maxRows={8}
          spellCheck={false}
        />
      )}
    </div>
  )
}
