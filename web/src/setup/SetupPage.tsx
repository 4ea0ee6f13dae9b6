import { Stepper } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Navigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { Plain } from '../frame/Plain'
import { asProblem } from '../api/problem'
import { t } from '../locale'
import { setupQuery, useSetUp } from '../session/queries'
import { ErrorView } from '../ui/ErrorView'
import { useForm } from '../ui/use-form'
import { CertificateStep } from './CertificateStep'
import { OwnerStep } from './OwnerStep'
import { AddressStep } from './AddressStep'
import { firstValues, setupToken, stepOf, checkOwner, type SetupValues } from './values'

// Choosing countries and time zones needs more code than the first step, which may also be the last.
const OrganizationStep = lazy(() => import('./OrganizationStep'))

/** SetupPage makes the owner and the organization of a new system, by the link that the server printed. */
export function SetupPage() {
  const { data, error, refetch } = useQuery(setupQuery)
  const [done, setDone] = useState(false)
  if (done) {
    return (
      <Plain title={t('setup.doneTitle')} wide>
        <CertificateStep />
      </Plain>
    )
  }
  if (error) {
    return (
      <Plain title={t('setup.title')}>
        <ErrorView error={error} retry={() => void refetch()} retrying />
      </Plain>
    )
  }
  if (!data) return null
  if (!data.needed) return <Navigate to="/login" />
  const token = setupToken(window.location.hash)
  if (!token) {
    return (
      <Plain title={t('setup.title')}>
        <p>{t('setup.noToken')}</p>
        <pre className="command">ringfence owner link</pre>
      </Plain>
    )
  }
  return <Steps token={token} start={firstValues(data.suggested)} onDone={() => setDone(true)} />
}

function Steps({ token, start, onDone }: { token: string; start: SetupValues; onDone: () => void }) {
  const [step, setStep] = useState(0)
  const form = useForm<SetupValues>(start)
  const setUp = useSetUp()

  const next = () => {
    if (step === 0 && form.invalid(checkOwner(form.values))) return
    setStep(step + 1)
  }
  const finish = async () => {
    if (form.invalid(checkOwner(form.values))) {
      setStep(0)
      return
    }
    try {
      await setUp.mutateAsync({ token, ...form.values })
      window.history.replaceState(window.history.state, '', '/setup')
      onDone()
    } catch (failure) {
      const problem = asProblem(failure)
      setStep(stepOf(problem) ?? step)
      form.fail(problem)
    }
  }
  const props = { form, next, finish, back: () => setStep(step - 1), busy: setUp.isPending }
  return (
    <Plain title={t('setup.title')} wide>
      <p className="dimmed">{t('setup.intro')}</p>
      <Stepper
        active={step}
        size="xs"
        onStepClick={(to) => to < step && setStep(to)}
        allowNextStepsSelect={false}
        aria-label={t('setup.steps')}
      >
        <Stepper.Step label={t('setup.owner')}>
          <OwnerStep {...props} />
        </Stepper.Step>
        <Stepper.Step label={t('setup.organization')}>
          <Suspense fallback={null}>
            <OrganizationStep {...props} />
          </Suspense>
        </Stepper.Step>
        <Stepper.Step label={t('setup.address')}>
          <AddressStep {...props} />
        </Stepper.Step>
        <Stepper.Step label={t('setup.certificate')} />
      </Stepper>
    </Plain>
  )
}
