import { Button, Checkbox, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { asProblem } from '../api/problem'
import type { Renaming } from '../api/types'
import { useUndo } from '../audit/queries'
import { rehearseRename, useHandOver, useRename } from '../changes/queries'
import { t } from '../locale'
import { advise } from '../ui/advise'
import { ErrorView } from '../ui/ErrorView'
import { Modal } from '../ui/Modal'
import { showCard } from '../ui/secrets'
import type { UserDialogProps } from './LeavesDialog'

/** RenameDialog gives somebody another name, shows what follows, and offers what does not follow by itself. */
export function RenameDialog({ user, onClose }: UserDialogProps) {
  const rename = useRename(user.id)
  const undo = useUndo()
  const person = user.kind === 'person' || user.kind === 'operator'
  const [first, setFirst] = useState(user.firstName)
  const [last, setLast] = useState(user.lastName)
  const [display, setDisplay] = useState(person ? '' : user.displayName)
  const [offer, setOffer] = useState<Renaming>()
  const [taken, setTaken] = useState({ username: true, email: true, alias: true })
  const [failure, setFailure] = useState<unknown>()
  const names = person ? { firstName: first, lastName: last, displayName: display } : { displayName: display }
  const fields = failure ? asProblem(failure).fields : {}

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setFailure(undefined)
    try {
      if (!offer) {
        setOffer(await rehearseRename(user.id, names))
        return
      }
      const { data, changeSet } = await rename.mutateAsync({
        ...names,
        ...(taken.username && offer.username && { username: offer.username }),
        ...(taken.email && offer.email && { email: offer.email }),
        ...(taken.alias && offer.alias && { alias: offer.alias }),
      })
      advise(
        {
          tone: 'done',
          text: t('rename.done', { old: user.displayName, name: data.user.displayName, id: String(changeSet) }),
          ...(changeSet > 0 && {
            undo: async () => {
              await undo.mutateAsync(changeSet)
              advise({ tone: 'done', text: t('rename.undone', { name: user.displayName }) }, 'here')
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
  const typing = (set: (text: string) => void) => (event: React.ChangeEvent<HTMLInputElement>) => {
    set(event.currentTarget.value)
    setOffer(undefined)
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('rename.title', { name: user.displayName })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <form className="dialog" noValidate onSubmit={(event) => void submit(event)}>
        {person && (
          <>
            <TextInput
              label={t('user.firstName')}
              value={first}
              error={fields.firstName}
              onChange={typing(setFirst)}
              data-autofocus
            />
            <TextInput label={t('user.lastName')} value={last} error={fields.lastName} onChange={typing(setLast)} />
          </>
        )}
        <TextInput
          label={t('user.displayName')}
          value={display}
          error={fields.displayName}
          onChange={typing(setDisplay)}
        />
        {offer && (
          <div className="stack" role="status">
            {offer.follows.length === 0 && <p>{t('rename.nothing')}</p>}
            {offer.follows.map((follows) => (
              <div key={follows.field}>
                {t(`rename.${follows.field}`)}: {follows.old} → <strong>{follows.new}</strong>
              </div>
            ))}
            <p className="dimmed">{t('rename.sipStays')}</p>
            {offer.username && (
              <Checkbox
                label={t('rename.username', { old: user.username, name: offer.username })}
                checked={taken.username}
                onChange={(event) => setTaken({ ...taken, username: event.currentTarget.checked })}
              />
            )}
            {offer.email && (
              <Checkbox
                label={t('rename.email', { name: offer.email })}
                checked={taken.email}
                onChange={(event) => setTaken({ ...taken, email: event.currentTarget.checked })}
              />
            )}
            {offer.alias && (
              <Checkbox
                label={t('rename.alias', { name: offer.alias })}
                checked={taken.alias}
                onChange={(event) => setTaken({ ...taken, alias: event.currentTarget.checked })}
              />
            )}
          </div>
        )}
        {failure !== undefined && Object.keys(fields).length === 0 && <ErrorView error={failure} />}
        <div className="dialog-bar">
          <Button type="submit" loading={rename.isPending}>
            {offer ? t('ok') : t('rename.see')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

/** HandOverDialog gives the extension to another person: new secrets, and nothing left of the former one. */
export function HandOverDialog({ user, onClose }: UserDialogProps) {
  const handOver = useHandOver(user.id)
  const [first, setFirst] = useState('')
  const [last, setLast] = useState('')
  const [email, setEmail] = useState('')
  const fields = handOver.error ? asProblem(handOver.error).fields : {}
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const { data } = await handOver.mutateAsync({ firstName: first, lastName: last, email })
    showCard({ ...data, userId: data.id, name: data.displayName })
    advise({ tone: 'done', text: t('handOver.done', { number: user.number, name: data.displayName }) }, 'here')
    onClose()
    window.scrollTo({ top: 0 })
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('handOver.title', { number: user.number || user.displayName })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <form className="dialog" noValidate onSubmit={(event) => void submit(event).catch(() => undefined)}>
        <p>{t('handOver.help', { name: user.displayName })}</p>
        <TextInput
          label={t('user.firstName')}
          value={first}
          error={fields.firstName}
          onChange={(event) => setFirst(event.currentTarget.value)}
          data-autofocus
        />
        <TextInput
          label={t('user.lastName')}
          value={last}
          error={fields.lastName}
          onChange={(event) => setLast(event.currentTarget.value)}
        />
        <TextInput
          label={t('user.email')}
          type="email"
          value={email}
          error={fields.email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        {handOver.error && Object.keys(fields).length === 0 && <ErrorView error={handOver.error} />}
        <div className="dialog-bar">
          <Button type="submit" loading={handOver.isPending}>
            {t('handOver.button')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
