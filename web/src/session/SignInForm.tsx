import { Button, PasswordInput, TextInput } from '@mantine/core'
import { t } from '../locale'
import { asProblem } from '../api/problem'
import { Form } from '../ui/Form'
import { useForm } from '../ui/use-form'
import { useSignIn } from './queries'

/** SignInForm asks for login and password; the password goes when it was wrong, the login stays. */
export function SignInForm({ login, onDone }: { login?: string; onDone: () => void }) {
  const form = useForm({ login: login ?? '', password: '' })
  const signIn = useSignIn()
  const submit = async () => {
    const { values } = form
    const missing = t('form.required')
    if (form.invalid({ login: values.login ? undefined : missing, password: values.password ? undefined : missing }))
      return
    try {
      await signIn.mutateAsync(values)
      onDone()
    } catch (error) {
      form.set('password', '')
      form.fail(asProblem(error))
    }
  }
  return (
    <Form
      form={form}
      label={t('signIn.title')}
      words="signIn"
      quiet
      onSubmit={submit}
      bar={
        <Button type="submit" fullWidth loading={signIn.isPending}>
          {t('signIn.button')}
        </Button>
      }
    >
      <TextInput
        {...form.text('login')}
        label={t('signIn.login')}
        description={t('signIn.loginHelp')}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        data-autofocus={!login || undefined}
        autoFocus={!login}
      />
      <PasswordInput
        {...form.text('password')}
        label={t('signIn.password')}
        autoComplete="current-password"
        visibilityToggleButtonProps={{ 'aria-label': t('password.show') }}
        data-autofocus={login ? true : undefined}
        autoFocus={Boolean(login)}
      />
    </Form>
  )
}
