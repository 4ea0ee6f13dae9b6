import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { asProblem } from '../api/problem'
import type { MailAnswer } from '../api/types'
import { t } from '../locale'
import { Note } from '../ui/Advisory'
import { Form } from '../ui/Form'
import { useForm } from '../ui/use-form'
import { useTestMail } from './mail'

/** MailTest sends one mail now and shows what the mail server says to it. */
export function MailTest() {
  const form = useForm({ to: '' })
  const test = useTestMail()
  const [answer, setAnswer] = useState<MailAnswer & { to: string }>()
  const send = async () => {
    const to = form.values.to.trim()
    if (form.invalid({ to: to ? undefined : t('form.required') })) return
    setAnswer(undefined)
    try {
      setAnswer({ ...(await test.mutateAsync(to)), to })
    } catch (error) {
      form.fail(asProblem(error))
    }
  }
  return (
    <section className="section" aria-labelledby="mail-test">
      <h2 id="mail-test">{t('mail.test')}</h2>
      <Form
        form={form}
        label={t('mail.test')}
        words="mail"
        quiet
        onSubmit={send}
        bar={
          <Button type="submit" variant="default" loading={test.isPending}>
            {t('mail.testButton')}
          </Button>
        }
      >
        <div className="fields labels-left">
          <TextInput {...form.text('to')} label={t('mail.testTo')} type="email" autoComplete="email" />
        </div>
      </Form>
      <div role="status" className="test-answer">
        {answer && (
          <Note tone={answer.sent ? 'done' : 'failed'}>
            {t(answer.sent ? 'mail.testSent' : 'mail.testFailed', { to: answer.to })} <code>{answer.answer}</code>
          </Note>
        )}
      </div>
    </section>
  )
}
