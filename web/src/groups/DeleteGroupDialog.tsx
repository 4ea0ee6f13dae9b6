import { Radio, Select } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Group, Deletion, Resolution } from '../api/types'
import { answers, Questions, type Given } from '../changes/Questions'
import { restore } from '../deleted/queries'
import { restoredText } from '../deleted/restored'
import { t } from '../locale'
import { useUndo } from '../audit/queries'
import { advise } from '../ui/advise'
import { DangerDialog } from '../ui/DangerDialog'
import { ErrorView } from '../ui/ErrorView'
import { groupChoices, groupDeletionQuery, useDeleteGroup } from './queries'
import { Modal } from '../ui/Modal'

export interface DeleteGroupDialogProps {
  group: Pick<Group, 'id' | 'name'>
  onClose: () => void
  /** leave goes to another page after it; without it the dialog closes where it was opened. */
  leave?: () => void
  /** freeze keeps the page behind from asking for what is about to go. */
  freeze?: (frozen: boolean) => void
}

/** DeleteGroupDialog asks before a group goes, and shows who would go with it. */
export function DeleteGroupDialog(props: DeleteGroupDialogProps) {
  const { group, onClose } = props
  const { data, error, refetch } = useQuery(groupDeletionQuery(group.id))
  if (data) return <Ask {...props} deletion={data} />
  if (!error) return null
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('groups.deleteTitle', { name: group.name })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <ErrorView error={error} retry={() => void refetch()} />
    </Modal>
  )
}

function Ask({ group, onClose, leave, freeze, deletion }: DeleteGroupDialogProps & { deletion: Deletion }) {
  const client = useQueryClient()
  const remove = useDeleteGroup(group.id)
  const undo = useUndo()
  const [what, setWhat] = useState<'delete' | 'move'>('delete')
  const [moveTo, setMoveTo] = useState<string | null>(null)
  const others =
    useQuery({ ...groupChoices, enabled: deletion.accounts > 0 }).data?.items.filter(
      (other) => other.id !== group.id,
    ) ?? []
  const members = deletion.accounts
  const moving = members > 0 && what === 'move'
  const [given, setGiven] = useState<Given>({})
  // Who names an account that only moves keeps naming it.
  const relevant = moving
    ? {
        questions: deletion.questions.filter((question) => question.to === 'group'),
        references: deletion.references.filter((reference) => reference.toKind === 'group'),
      }
    : deletion

  const confirm = async (confirmName: string) => {
    if (moving && !moveTo) throw new Error(t('groups.chooseMoveTo'))
    const questions = answers(relevant, given)
    if (!questions) throw new Error(t('refers.incomplete'))
    const resolution: Resolution = {
      ...(members > 0 && { accounts: moving ? 'move' : 'delete', confirmName }),
      ...(moving && { moveTo: Number(moveTo) }),
      answers: questions,
    }
    freeze?.(true)
    const { changeSet } = await remove.mutateAsync(resolution, { onError: () => freeze?.(false) })
    const target = others.find((other) => String(other.id) === moveTo)?.name ?? ''
    const words = { name: group.name, id: String(group.id), n: members, target }
    advise(
      {
        tone: 'removed',
        text: moving
          ? t('groups.deletedMoved', words)
          : members > 0
            ? t('groups.deletedWith', words)
            : t('groups.deleted', words),
        ...(changeSet > 0 && {
          undo: async () => {
            // What was moved is not among the deleted: only the inverse of the whole change brings it back.
            const restored = moving
              ? await undo.mutateAsync(changeSet).then(({ data }) => data)
              : await restore(client, changeSet)
            advise({ tone: 'done', text: restoredText(group.name, restored) }, 'here')
          },
        }),
      },
      leave ? 'next' : 'here',
    )
    if (leave) leave()
    else onClose()
  }
  return (
    <DangerDialog
      title={t('groups.deleteTitle', { name: group.name })}
      typed={deletion.nameMustBeTyped ? group.name : ''}
      onClose={onClose}
      onConfirm={confirm}
    >
      {members === 0 ? (
        <p>{t('groups.deleteEmpty', { name: group.name })}</p>
      ) : (
        <>
          <Radio.Group
            label={t('groups.deleteMembers', { n: members })}
            value={what}
            onChange={(value) => setWhat(value === 'move' ? 'move' : 'delete')}
          >
            <div className="stack">
              <Radio value="delete" label={t('groups.deleteThem', { n: members })} />
              <Radio value="move" label={t('groups.moveThem')} disabled={others.length === 0} />
            </div>
          </Radio.Group>
          {moving && (
            <Select
              label={t('groups.moveTo')}
              searchable
              data={others.map((other) => ({ value: String(other.id), label: other.name }))}
              value={moveTo}
              onChange={setMoveTo}
              data-autofocus
            />
          )}
          <ul className="going" aria-label={t('groups.deleteMembers', { n: members })}>
            {deletion.sample.map((user) => (
              <li key={user.id}>
                <Link to="/accounts/$id" params={{ id: String(user.id) }} target="_blank">
                  {user.displayName}
                </Link>{' '}
                <span className="digits dimmed">{user.number}</span>
              </li>
            ))}
            {members > deletion.sample.length && (
              <li>{t('groups.andMore', { n: members - deletion.sample.length })}</li>
            )}
          </ul>
        </>
      )}
      <Questions deletion={relevant} given={given} onGiven={setGiven} />
      <p className="dimmed">{t('danger.thirtyDays')}</p>
    </DangerDialog>
  )
}
