import { Button, PasswordInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { asProblem } from '../api/problem'
import type { LinkView } from '../api/types'
import { Plain } from '../frame/Plain'
import { loadLanguage, t } from '../locale'
import { Note } from '../ui/Advisory'
import { ErrorView } from '../ui/ErrorView'
import { Form } from '../ui/Form'
import { At } from '../ui/Time'
import { useForm } from '../ui/use-form'
import { linkQuery, useChoosePassword, useConfirmEmail } from './links'
import { PhoneSettings } from './PhoneSettings'
import { useSignIn } from './queries'

/** takeToken takes what stands behind the # of the address, and takes it out of the address and so out of the history. */
function takeToken(): string {
  const token = window.location.hash.slice(1)
  if (token) window.history.replaceState(window.history.state, '', window.location.pathname)
  return token
}

/** LinkPage is what a one-time link opens: an invitation, a forgotten password, an e-mail address to confirm. */
export function LinkPage() {
  const [token] = useState(takeToken)
  const { data, error } = useQuery(linkQuery(token))
  const language = data?.language
  useEffect(() => {
    if (language) void loadLanguage(language)
  }, [language])
  // Another link that is opened over this page changes no more than what stands behind the #.
  useEffect(() => {
    const again = () => window.location.hash.length > 1 && window.location.reload()
    window.addEventListener('hashchange', again)
    return () => window.removeEventListener('hashchange', again)
  }, [])
  if (!token || error) {
    return (
      <Plain title={t('link.overTitle')}>
        {error && asProblem(error).status !== 401 ? <ErrorView error={error} /> : <p>{t('link.over')}</p>}
        <p>
          <Link to="/forgot">{t('forgot.link')}</Link>
        </p>
        <p>
          <Link to="/login">{t('signIn.title')}</Link>
        </p>
      </Plain>
    )
  }
  if (!data) return null
  return data.purpose === 'email' ? <Confirm token={token} link={data} /> : <Choose token={token} link={data} />
}

/** Confirm asks before it confirms: programs that look into mail open links, and press no buttons. */
function Confirm({ token, link }: { token: string; link: LinkView }) {
  const confirm = useConfirmEmail()
  return (
    <Plain title={t('link.emailTitle')}>
      {confirm.data ? (
        <div role="status">
          <Note tone="done">{t('link.emailDone', { email: link.email })}</Note>
        </div>
      ) : (
        <>
          <p>
            {t('link.emailText', { email: link.email, name: link.displayName, organization: link.organizationName })}
          </p>
          {confirm.error && <ErrorView error={confirm.error} />}
          <Button fullWidth loading={confirm.isPending} onClick={() => confirm.mutate(token)}>
            {t('link.emailButton')}
          </Button>
        </>
      )}
    </Plain>
  )
}

function Choose({ token, link }: { token: string; link: LinkView }) {
  const [done, setDone] = useState(false)
  const invited = link.purpose === 'invitation'
  const title = done
    ? t('link.doneTitle')
    : t(invited ? 'link.welcomeTitle' : 'link.resetTitle', { name: link.displayName })
  return (
    <Plain title={title} wide={done && invited}>
      {done ? (
        <Done link={link} invited={invited} />
      ) : (
        <Password token={token} link={link} onDone={() => setDone(true)} />
      )}
    </Plain>
  )
}

function Password({ token, link, onDone }: { token: string; link: LinkView; onDone: () => void }) {
  const form = useForm({ password: '', again: '' })
  const choose = useChoosePassword()
  const signIn = useSignIn()
  const submit = async () => {
    const { password, again } = form.values
    if (
      form.invalid({
        password: [...password].length >= 12 ? undefined : t('setup.passwordShort'),
        again: again === password ? undefined : t('link.differs'),
      })
    )
      return
    try {
      const { username } = await choose.mutateAsync({ token, password })
      await signIn.mutateAsync({
        login: username,
        password,
        ...(link.accountName && { organization: link.accountName }),
      })
      onDone()
    } catch (error) {
      form.fail(asProblem(error))
    }
  }
  return (
    <Form
      form={form}
      label={t('link.choose')}
      words="link"
      quiet
      onSubmit={submit}
      bar={
        <Button type="submit" fullWidth loading={choose.isPending || signIn.isPending}>
          {t('link.choose')}
        </Button>
      }
    >
      <p>
        {t(link.purpose === 'invitation' ? 'link.welcomeText' : 'link.resetText', {
          organization: link.organizationName,
        })}
      </p>
      <dl className="link-names">
        <div>
          <dt>{t('user.username')}</dt>
          <dd>
            <code>{link.username}</code>
          </dd>
        </div>
        {link.number && (
          <div>
            <dt>{t('user.number')}</dt>
            <dd className="digits">{link.number}</dd>
          </div>
        )}
      </dl>
      <input type="text" name="username" autoComplete="username" value={link.username} readOnly hidden />
      <PasswordInput
        {...form.text('password')}
        label={t('link.password')}
        description={t('setup.passwordHelp')}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': t('password.show') }}
        autoFocus
      />
      <PasswordInput
        {...form.text('again')}
        label={t('link.again')}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': t('password.show') }}
      />
      <p className="dimmed">
        {t('link.until')} <At at={link.expiresAt} />
      </p>
    </Form>
  )
}

function Done({ link, invited }: { link: LinkView; invited: boolean }) {
  const router = useRouter()
  return (
    <>
      <p role="status">{t('link.done')}</p>
      {invited && link.sipUsername && <PhoneSettings link={link} />}
      <div className="form-bar">
        <Button onClick={() => router.history.push('/')}>{t('link.enter')}</Button>
      </div>
    </>
  )
}
