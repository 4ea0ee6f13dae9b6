import { Button, CloseButton } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import { t } from '../locale'
import { asProblem } from '../api/problem'
import { advise, dismissAdvice, useAdvice, type Advice, type Tone } from './advise'
import { IconAlert, IconInfo, IconTrash } from './icons'
import { problemText } from './problem-text'

const icons = { done: IconInfo, removed: IconTrash, failed: IconAlert }

/** Note is a coloured line with an icon: blue for done or good to know, amber for removal, red for failure. */
export function Note({ tone, children, actions }: { tone: Tone; children: ReactNode; actions?: ReactNode }) {
  const Icon = icons[tone]
  return (
    <div className="advisory" data-tone={tone}>
      <Icon size={18} aria-hidden />
      <div className="advisory-text">{children}</div>
      {actions}
    </div>
  )
}

/** Advisories says what the last change did. The region is always there, so that a screen reader hears its changes. */
export function Advisories() {
  const advice = useAdvice()
  return (
    <div role="status" aria-live="polite" className="advisories">
      {advice.map((line) => (
        <AdvisoryLine key={line.id} line={line} />
      ))}
    </div>
  )
}

function AdvisoryLine({ line }: { line: Advice }) {
  const [busy, setBusy] = useState(false)
  const [acted, setActed] = useState(false)
  const { undo } = line
  const takeBack = async () => {
    if (!undo) return
    setBusy(true)
    try {
      await undo()
    } catch (error) {
      advise({ tone: 'failed', text: t('undo.failed', { why: problemText(asProblem(error)) }) }, 'here')
    }
  }
  return (
    <Note
      tone={line.tone}
      actions={
        <>
          {line.act && !acted && (
            <Button
              size="compact-sm"
              color="red"
              variant="outline"
              onClick={() => {
                setActed(true)
                void line.act?.run()
              }}
            >
              {line.act.label}
            </Button>
          )}
          {undo && (
            <Button size="compact-sm" variant="default" loading={busy} onClick={takeBack}>
              {t('undo')}
            </Button>
          )}
          <CloseButton size="sm" aria-label={t('dismiss')} onClick={() => dismissAdvice(line.id)} />
        </>
      }
    >
      <span>{line.text}</span>
      {line.act && !acted && <span> {line.act.text}</span>}
      {line.note && <span className="advisory-note"> {line.note}</span>}
      {line.next && (
        <>
          {' '}
          <Link to={line.next.to}>{line.next.label}</Link>
        </>
      )}
    </Note>
  )
}
