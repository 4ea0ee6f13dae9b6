import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Forwarding } from '../api/types'
import { t } from '../locale'
import { useMay, useMe } from '../session/may'
import { advise } from '../ui/advise'
import { ErrorView } from '../ui/ErrorView'
import { IconPencil } from '../ui/icons'
import { Page } from '../ui/Page'
import { EditRouting } from './EditRouting'
import { Picture, type PictureProps } from './Picture'
import { myForwardingQuery, useSetMyForwarding } from './queries'
import { valuesOf } from './values'

/** MyRoutingPage is the same picture of one's own calls, for everybody who has phones (P1). */
export function MyRoutingPage() {
  const { data, error, refetch } = useQuery(myForwardingQuery)
  if (data) return <Mine forwarding={data} />
  return (
    <Page title={t('own.routingTitle')}>
      {error ? (
        <ErrorView error={error} retry={() => void refetch()} />
      ) : (
        <div className="skeleton" role="status" aria-label={t('loading')} />
      )}
    </Page>
  )
}

function Mine({ forwarding }: { forwarding: Forwarding }) {
  const me = useMe()
  const mayEdit = useMay()('self:write') && me?.kind === 'person'
  const client = useQueryClient()
  const [editing, setEditing] = useState(false)
  const update = useSetMyForwarding()
  const drawn: Omit<PictureProps, 'values'> = {
    numbers: me?.number ? [{ kind: 'extension', value: me.number }] : [],
    phones: undefined,
    seconds: undefined,
    forwarding,
  }
  const done = () => {
    setEditing(false)
    document.getElementById('page-title')?.focus()
  }
  return (
    <Page
      title={t('own.routingTitle')}
      action={
        mayEdit &&
        !editing && (
          <Button leftSection={<IconPencil size={16} />} onClick={() => setEditing(true)}>
            {t('routing.edit')}
          </Button>
        )
      }
    >
      <p className="under-title">{t('own.routingHelp')}</p>
      {editing ? (
        <EditRouting
          forwarding={forwarding}
          by="number"
          write={update.mutateAsync}
          reread={() => client.fetchQuery({ ...myForwardingQuery, staleTime: 0 })}
          saving={update.isPending}
          onSaved={() => {
            advise({ tone: 'done', text: t('own.routingDone') }, 'here')
            done()
          }}
          onCancel={done}
          picture={(values, form) => <Picture {...drawn} values={values} editing={form} />}
        />
      ) : (
        <Picture {...drawn} values={valuesOf(forwarding, 'number')} />
      )}
      <p className="dimmed routing-note">{t('routing.assistant')}</p>
    </Page>
  )
}
