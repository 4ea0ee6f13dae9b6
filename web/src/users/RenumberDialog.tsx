import { Button, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { asProblem } from '../api/problem'
import type { RenumberInput, RenumberResult, User } from '../api/types'
import { rehearseRenumber, useRenumber } from '../changes/queries'
import { useUndo } from '../audit/queries'
import { t } from '../locale'
import { advise } from '../ui/advise'
import { ErrorView } from '../ui/ErrorView'
import { Modal } from '../ui/Modal'

export interface RenumberDialogProps {
  /** users whose numbers are typed one by one; none: by rule or list only. */
  users: Pick<User, 'id' | 'displayName' | 'number'>[]
  onClose: () => void
}

type By = 'each' | 'rule' | 'file'

/** RenumberDialog gives accounts other numbers: each, by a rule, or by a list; it shows first what becomes of each. */
export function RenumberDialog({ users, onClose }: RenumberDialogProps) {
  const renumber = useRenumber()
  const undo = useUndo()
  const [by, setBy] = useState<By>(users.length > 0 ? 'each' : 'rule')
  const [numbers, setNumbers] = useState<Record<number, string>>({})
  const [rule, setRule] = useState('')
  const [file, setFile] = useState('')
  const [keep, setKeep] = useState('')
  const [shown, setShown] = useState<RenumberResult>()
  const [failure, setFailure] = useState<unknown>()

  const body = (): RenumberInput => ({
    ...(by === 'rule' && { rule }),
    ...(by === 'file' && { file }),
    ...(by === 'each' && {
      changes: users
        .filter((user) => numbers[user.id] && numbers[user.id] !== user.number)
        .map((user) => ({ old: user.number, new: numbers[user.id] ?? '' })),
    }),
    ...(keep && { keepUntil: keep }),
  })
  const change =
    <V,>(set: (value: V) => void) =>
    (value: V) => {
      set(value)
      setShown(undefined)
      setFailure(undefined)
    }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setFailure(undefined)
    try {
      if (!shown) {
        setShown(await rehearseRenumber(body()))
        return
      }
      const { data, changeSet } = await renumber.mutateAsync(body())
      advise(
        {
          tone: 'done',
          text: t('renumber.done', { n: data.items.length }),
          ...(changeSet > 0 && {
            undo: async () => {
              await undo.mutateAsync(changeSet)
              advise({ tone: 'done', text: t('renumber.undone', { n: data.items.length }) }, 'here')
            },
          }),
        },
        'here',
      )
      onClose()
    } catch (error) {
      setFailure(asProblem(error))
    }
  }
  return (
    <Modal opened onClose={onClose} title={t('renumber.title')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form className="dialog" noValidate onSubmit={(event) => void submit(event)}>
        <SegmentedControl
          aria-label={t('renumber.by')}
          value={by}
          onChange={(value) => change(setBy)(value as By)}
          data={[
            ...(users.length > 0 ? [{ value: 'each', label: t('renumber.each') }] : []),
            { value: 'rule', label: t('renumber.rule') },
            { value: 'file', label: t('renumber.file') },
          ]}
        />
        {by === 'each' &&
          users.map((user, index) => (
            <TextInput
              key={user.id}
              label={t('renumber.newNumber', { name: user.displayName, number: user.number })}
              inputMode="numeric"
              value={numbers[user.id] ?? user.number}
              onChange={(event) => change(setNumbers)({ ...numbers, [user.id]: event.currentTarget.value })}
              {...(index === 0 && { 'data-autofocus': true })}
            />
          ))}
        {by === 'rule' && (
          <TextInput
            label={t('renumber.ruleLabel')}
            description={t('renumber.ruleHelp')}
            placeholder="2xx → 52xx"
            value={rule}
            onChange={(event) => change(setRule)(event.currentTarget.value)}
          />
        )}
        {by === 'file' && (
          <>
            <Textarea
              label={t('renumber.fileLabel')}
              description={t('renumber.fileHelp')}
              placeholder={'201,5201\n202,5202'}
              autosize
              minRows={4}
              maxRows={10}
              value={file}
              onChange={(event) => change(setFile)(event.currentTarget.value)}
            />
            <input
              type="file"
              accept=".csv,text/csv,text/plain"
              aria-label={t('renumber.fileChoose')}
              onChange={(event) => void event.currentTarget.files?.[0]?.text().then(change(setFile))}
            />
          </>
        )}
        <TextInput
          type="date"
          label={t('renumber.keep')}
          description={t('renumber.keepHelp')}
          value={keep}
          onChange={(event) => change(setKeep)(event.currentTarget.value)}
        />
        {shown && <Preview result={shown} />}
        {failure !== undefined && <ErrorView error={failure} />}
        <div className="dialog-bar">
          <Button type="submit" loading={renumber.isPending} disabled={Boolean(shown && shown.problems > 0)}>
            {shown ? t('ok') : t('renumber.see')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

function Preview({ result }: { result: RenumberResult }) {
  return (
    <div role="status" className="stack">
      <p>
        {t('renumber.preview', { n: result.items.length })}
        {result.problems > 0 && <strong> {t('renumber.problems', { n: result.problems })}</strong>}
      </p>
      <ul className="going">
        {result.items.map((item, index) => (
          // A list may name a number twice; its place tells the lines apart.
          // eslint-disable-next-line react/no-array-index-key
          <li key={`${item.old}/${index}`}>
            <span className="digits">
              {item.old} → {item.new}
            </span>{' '}
            {item.user.displayName}
            {item.note && <span className="dimmed"> {item.note}</span>}
            {item.problem && <strong className="problem"> {item.problem}</strong>}
          </li>
        ))}
      </ul>
    </div>
  )
}
