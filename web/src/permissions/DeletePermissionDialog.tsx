import { useQuery, useQueryClient } from '@tanstack/react-query'
import { restore } from '../deleted/queries'
import { restoredText } from '../deleted/restored'
import { t } from '../locale'
import { reachQuery } from '../settings/queries'
import { advise } from '../ui/advise'
import { DangerDialog } from '../ui/DangerDialog'
import { ErrorView } from '../ui/ErrorView'
import { useDeletePermission } from './queries'
import { setAt, type PermissionRow } from './rows'

/** DeletePermissionDialog shows where a permission is granted or refused before it goes with all of that. */
export function DeletePermissionDialog({
  permission,
  onClose,
}: {
  permission: NonNullable<PermissionRow['custom']>
  onClose: () => void
}) {
  const client = useQueryClient()
  const reach = useQuery({ ...reachQuery('organization', 0, permission.key), gcTime: 0 })
  const remove = useDeletePermission()
  const { label: name } = permission
  const confirm = async () => {
    const { changeSet } = await remove.mutateAsync(permission.id)
    advise(
      {
        tone: 'removed',
        text: t('permissions.deleted', { name }),
        ...(changeSet > 0 && {
          undo: async () =>
            advise({ tone: 'done', text: restoredText(name, await restore(client, changeSet)) }, 'here'),
        }),
      },
      'here',
    )
    onClose()
  }
  const places = reach.data && setAt(reach.data)
  return (
    <DangerDialog title={t('permissions.deleteTitle', { name })} onClose={onClose} onConfirm={confirm}>
      <p>{t('permissions.deleteText')}</p>
      {reach.error && <ErrorView error={reach.error} />}
      {places && places.length === 0 && <p>{t('permissions.unused')}</p>}
      {places && places.length > 0 && (
        <>
          <p>{t('permissions.setAt')}</p>
          <ul className="going">
            {places.map((place) => (
              <li key={place}>{place}</li>
            ))}
          </ul>
        </>
      )}
      <p className="dimmed">{t('danger.thirtyDays')}</p>
    </DangerDialog>
  )
}
