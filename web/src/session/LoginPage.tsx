import { Link, useRouter, useSearch } from '@tanstack/react-router'
import { t } from '../locale'
import { Plain } from '../frame/Plain'
import { SignInForm } from './SignInForm'

/** LoginPage lets somebody in and leads to where they wanted to go. */
export function LoginPage() {
  const { next } = useSearch({ from: '/login' })
  const router = useRouter()
  return (
    <Plain title={t('signIn.title')}>
      <SignInForm onDone={() => router.history.push(next?.startsWith('/') && !next.startsWith('//') ? next : '/')} />
      <p>
        <Link to="/forgot">{t('forgot.link')}</Link>
      </p>
    </Plain>
  )
}
