import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Answer, Deletion, Question, Reference } from '../api/types'
import { groupChoices } from '../groups/queries'
import { t, tOr } from '../locale'
import { profilesQuery } from '../profiles/queries'
import { outsideQuery } from '../numbers/queries'
import { ringGroupChoices } from '../ringgroups/queries'
import { UserPicker } from '../users/UserPicker'
import { locationChoices } from './choices'

/** Given is what was chosen so far, by question and, where one is to differ, by reference. */
export type Given = Record<string, Pick<Answer, 'way' | 'to'>>

const questionKey = ({ kind, field, to }: Pick<Question, 'kind' | 'field' | 'to'>) => `${kind}.${field}.${to}`
const referenceKey = (r: Reference) => `${r.kind}.${r.field}.${r.toKind}/${r.id}/${r.key ?? ''}`

/** answers turns what was chosen into what the server wants; undefined while something is missing. */
export function answers(deletion: Pick<Deletion, 'questions' | 'references'>, given: Given): Answer[] | undefined {
  const out: Answer[] = []
  const complete = (answer: Pick<Answer, 'way' | 'to'>) => answer.way !== 'reroute' || Boolean(answer.to)
  for (const question of deletion.questions) {
    const { kind, field } = question
    const answer = given[questionKey(question)] ?? usual(question)
    if (!answer || !complete(answer)) return undefined
    out.push({ kind, field, ...answer })
  }
  for (const reference of deletion.references) {
    const answer = given[referenceKey(reference)]
    if (!answer) continue
    if (!complete(answer)) return undefined
    out.push({
      kind: reference.kind,
      field: reference.field,
      id: reference.id,
      ...(reference.key && { key: reference.key }),
      ...answer,
    })
  }
  return out
}

function usual(question: Question): Pick<Answer, 'way' | 'to'> | undefined {
  return question.usual ? { way: question.usual as Answer['way'] } : undefined
}

export interface QuestionsProps {
  deletion: Pick<Deletion, 'questions' | 'references'>
  given: Given
  onGiven: (given: Given) => void
}

/** Questions lists whatever refers to what goes, and asks what becomes of it: once for each kind, or of each apart. */
export function Questions({ deletion, given, onGiven }: QuestionsProps) {
  if (deletion.questions.length === 0) return null
  return (
    <div className="stack">
      {deletion.questions.map((question) => (
        <QuestionBlock
          key={questionKey(question)}
          question={question}
          references={deletion.references.filter(
            (r) => r.kind === question.kind && r.field === question.field && r.toKind === question.to,
          )}
          given={given}
          onGiven={onGiven}
        />
      ))}
    </div>
  )
}

function QuestionBlock({
  question,
  references,
  given,
  onGiven,
}: {
  question: Question
  references: Reference[]
  given: Given
  onGiven: (given: Given) => void
}) {
  const [apart, setApart] = useState<ReadonlySet<string>>(new Set())
  const key = questionKey(question)
  const title = tOr(`refers.${question.kind}.${question.field}`, `${question.kind} ${question.field}`)
  const set = (at: string, answer: Given[string] | undefined) => {
    const next = { ...given }
    if (answer) next[at] = answer
    else delete next[at]
    onGiven(next)
  }
  return (
    <fieldset className="question">
      <legend>
        {title} <span className="dimmed">{t('refers.count', { n: question.count })}</span>
      </legend>
      <AnswerChoice
        label={t('refers.what')}
        question={question}
        answer={given[key] ?? usual(question)}
        onAnswer={(answer) => set(key, answer)}
      />
      <ul className="going" aria-label={title}>
        {references.map((reference) => {
          const at = referenceKey(reference)
          return (
            <li key={at}>
              <ReferenceName reference={reference} />{' '}
              {references.length > 1 &&
                (apart.has(at) ? (
                  <AnswerChoice
                    label={t('refers.whatOf', { name: reference.name })}
                    question={question}
                    answer={given[at]}
                    onAnswer={(answer) => set(at, answer)}
                  />
                ) : (
                  <button type="button" className="link-button" onClick={() => setApart(new Set([...apart, at]))}>
                    {t('refers.apart')}
                  </button>
                ))}
            </li>
          )
        })}
        {question.count > references.length && (
          <li>{t('groups.andMore', { n: question.count - references.length })}</li>
        )}
      </ul>
    </fieldset>
  )
}

/** ReferenceName leads to the thing in another tab, so that the dialog stays. */
function ReferenceName({ reference }: { reference: Reference }) {
  const id = String(reference.ofId ?? reference.id)
  const name = reference.name || tOr(`kind.${reference.kind}`, reference.kind)
  const to = reference.toName ? <span className="dimmed"> → {reference.toName}</span> : null
  switch (reference.ofKind) {
    case 'user':
      return (
        <>
          <Link to="/accounts/$id" params={{ id }} target="_blank">
            {name}
          </Link>
          {to}
        </>
      )
    case 'ring_group':
      return (
        <>
          <Link to="/ring-groups/$id" params={{ id }} target="_blank">
            {name}
          </Link>
          {to}
        </>
      )
    case 'group':
      return (
        <>
          <Link to="/groups/$id" params={{ id }} target="_blank">
            {name}
          </Link>
          {to}
        </>
      )
    default:
      return (
        <>
          {tOr(`kind.${reference.kind}`, reference.kind)} {name}
          {to}
        </>
      )
  }
}

function AnswerChoice({
  label,
  question,
  answer,
  onAnswer,
}: {
  label: string
  question: Question
  answer: Given[string] | undefined
  onAnswer: (answer: Given[string] | undefined) => void
}) {
  return (
    <div className="answer">
      <Select
        aria-label={label}
        placeholder={t('refers.choose')}
        allowDeselect={false}
        data={question.ways.map((way) => ({
          value: way,
          label: tOr(`refers.${question.kind}.${question.field}.${way}`, t(`refers.way.${way}`)),
        }))}
        value={answer?.way ?? null}
        onChange={(way) => onAnswer(way ? { way: way as Answer['way'] } : undefined)}
      />
      {answer?.way === 'reroute' && (
        <Target
          kind={question.to}
          value={answer.to}
          onChange={(to) => onAnswer(to ? { way: 'reroute', to } : { way: 'reroute' })}
        />
      )}
    </div>
  )
}

interface TargetProps {
  kind: string
  value: number | undefined
  onChange: (id: number | undefined) => void
}

/** Target chooses the thing that takes the place of what goes. */
function Target({ kind, value, onChange }: TargetProps) {
  if (kind === 'outside_number') return <NumberTarget value={value} onChange={onChange} />
  if (kind === 'user') return <UserPicker label={t('refers.to')} value={value} onChange={onChange} />
  return <NamedTarget kind={kind} value={value} onChange={onChange} />
}

/** NumberTarget chooses among the outside numbers; the server says where one is not assigned. */
function NumberTarget({ value, onChange }: Omit<TargetProps, 'kind'>) {
  const numbers = useQuery(outsideQuery({ limit: 500, sort: 'value' })).data?.items ?? []
  return (
    <Select
      aria-label={t('refers.to')}
      placeholder={t('refers.to')}
      searchable
      data={numbers.map((number) => ({ value: String(number.id), label: number.shown }))}
      value={value ? String(value) : null}
      onChange={(id) => onChange(id ? Number(id) : undefined)}
    />
  )
}

function NamedTarget({ kind, value, onChange }: TargetProps) {
  const groups = useQuery({ ...groupChoices, enabled: kind === 'group' })
  const locations = useQuery({ ...locationChoices, enabled: kind === 'location' })
  const profiles = useQuery({ ...profilesQuery, enabled: kind === 'provisioning_profile' })
  const ringGroups = useQuery({ ...ringGroupChoices, enabled: kind === 'ring_group' })
  const choices: Record<string, { data: { items: { id: number; name: string }[] } | undefined }> = {
    group: groups,
    location: locations,
    provisioning_profile: profiles,
    ring_group: ringGroups,
  }
  const items = choices[kind]?.data?.items ?? []
  return (
    <Select
      aria-label={t('refers.to')}
      placeholder={t('refers.to')}
      searchable
      data={items.map((item) => ({ value: String(item.id), label: item.name }))}
      value={value ? String(value) : null}
      onChange={(id) => onChange(id ? Number(id) : undefined)}
    />
  )
}
