import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ProvisioningProfile, Reference } from '../api/types'
import { t } from '../locale'
import { useMay } from '../session/may'
import { ErrorView } from '../ui/ErrorView'
import { profileDeletionQuery } from './queries'
import { usesOf, type UseKind } from './values'

const shown = 50

/** UsedBy is the groups, accounts and devices that a profile is assigned to, each with a link. */
export function UsedBy({ profile }: { profile: ProvisioningProfile }) {
  const may = useMay()('settings:write')
  const { data, error } = useQuery({ ...profileDeletionQuery(profile.id), enabled: may })
  const counts: [UseKind, number][] = [
    ['group', profile.groupCount],
    ['user', profile.userCount],
    ['device', profile.deviceCount],
  ]
  const uses = data && usesOf(data.references)
  return (
    <section className="section" aria-labelledby="used-by">
      <h2 id="used-by">{t('profiles.usedBy')}</h2>
      {error && <ErrorView error={error} />}
      {counts.every(([, n]) => n === 0) && <p className="dimmed">{t('profiles.unused')}</p>}
      {counts
        .filter(([, n]) => n > 0)
        .map(([kind, n]) =>
          // Who may not change a profile is told how many have it, and not who.
          may ? (
            <details key={kind} className="used-by">
              <summary>{t(`count.${kind}s`, { n })}</summary>
              <ul className="going">
                {uses?.[kind].slice(0, shown).map((use) => (
                  <li key={use.id}>
                    <UseLink kind={kind} use={use} />
                  </li>
                ))}
                {n > shown && <li>{t('groups.andMore', { n: n - shown })}</li>}
              </ul>
            </details>
          ) : (
            <p key={kind}>{t(`count.${kind}s`, { n })}</p>
          ),
        )}
    </section>
  )
}

function UseLink({ kind, use }: { kind: UseKind; use: Reference }) {
  const params = { id: String(use.id) }
  const name = use.name || t('profiles.one', { id: String(use.id) })
  switch (kind) {
    case 'group':
      return (
        <Link to="/groups/$id" params={params}>
          {name}
        </Link>
      )
    case 'user':
      return (
        <Link to="/accounts/$id" params={params}>
          {name}
        </Link>
      )
    case 'device':
      return (
        <Link to="/devices/$id" params={params}>
          {name}
        </Link>
      )
  }
}
