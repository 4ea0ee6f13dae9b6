import type { LiveCall } from '../api/types'
import { t } from '../locale'

const best = 4.5

/** Quality is a bar with its figure: how good the voice is, from 1 to 5, by what arrives. */
export function Quality({ quality }: { quality: LiveCall['quality'] }) {
  const mos = quality?.mos
  if (!mos) return <span className="dimmed">–</span>
  const label = t('call.qualityLabel', {
    mos: mos.toFixed(1),
    jitter: (quality.jitterMs ?? 0).toFixed(0),
    loss: (quality.lossPercent ?? 0).toFixed(1),
  })
  return (
    <span className="quality" title={label} data-level={mos >= 4 ? 'good' : mos >= 3.1 ? 'fair' : 'poor'}>
      <meter min={1} max={best} low={3.1} high={4} optimum={best} value={mos} aria-label={label} />
      <span className="digits">{mos.toFixed(1)}</span>
    </span>
  )
}
