import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { t } from '../locale'
import { organizationQuery } from '../settings/queries'
import { Authority } from '../settings/Authority'
import { ErrorView } from '../ui/ErrorView'

/** CertificateStep explains the own certificate authority, once one is signed in, and leads on. */
export function CertificateStep() {
  const { data, error, refetch } = useQuery(organizationQuery)
  const heading = useRef<HTMLParagraphElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <>
      <p ref={heading} tabIndex={-1}>
        {t('setup.done')}
      </p>
      <h2>{t('setup.certificate')}</h2>
      {error && <ErrorView error={error} retry={() => void refetch()} />}
      {data && <Authority client={data.client} />}
      <h2>{t('setup.mail')}</h2>
      <p>
        {t('setup.mailText')}{' '}
        <Link to="/settings" search={{ tab: 'mail' }}>
          {t('setup.mailNow')}
        </Link>
      </p>
      <div className="form-bar">
        <Button renderRoot={(props) => <Link to="/groups/new" {...props} />}>{t('setup.firstGroup')}</Button>
        <Button variant="default" renderRoot={(props) => <Link to="/" {...props} />}>
          {t('setup.toOverview')}
        </Button>
      </div>
    </>
  )
}
