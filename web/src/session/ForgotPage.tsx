import { Button, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { asProblem } from '../api/problem'
import { Plain } from '../frame/Plain'
import { t } from '../locale'
import { Note } from '../ui/Advisory'
import { Form } from '../ui/Form'
import { useForm } from '../ui/use-form'
import { forgotQuery, useForgot } from './links'

/** ForgotPage sends a link by which a forgotten password is chosen anew. It says the same whether or not there is such a user. */
export function ForgotPage() {
  const help = useQuery(forgotQuery)
  const [sent, setSent] = useState(false)
  return (
    <Plain title={t('forgot.title')}>
      {help.data?.available === false ? (
        <Note tone="done">{t('forgot.noMail')}</Note>
      ) : sent ? (
        <div role="status">
          <Note tone="done">{t('forgot.sent')}</Note>
        </div>
      ) : (
        <Ask onSent={() => setSent(true)} />
      )}
      <p>
        <Link to="/login">{t('forgot.back')}</Link>
      </p>
    </Plain>
  )
}

function Ask({ onSent }: { onSent: () => void }) {
  const form = useForm({ login: '' })
  const forgot = useForgot()
  const submit = async () => {
    const login = form.values.login.trim()
    if (form.invalid({ login: login ? undefined : t('form.required') })) return
    try {
      await forgot.mutateAsync(login)
      onSent()
    } catch (error) {
      form.fail(asProblem(error))
    }
  }
  return (
    <Form
      form={form}
      label={t('forgot.title')}
      words="signIn"
      quiet
      onSubmit={submit}
      bar={
        <Button type="submit" fullWidth loading={forgot.isPending}>
          {t('forgot.button')}
        </Button>
      }
    >
      <p>{t('forgot.text')}</p>
      <TextInput
        {...form.text('login')}
        label={t('signIn.login')}
        description={t('signIn.loginHelp')}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
      />
    </Form>
  )
}
