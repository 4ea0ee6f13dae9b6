import { encode } from 'uqr'
import { t } from '../locale'
import { phoneText, type Card } from './secrets'

/** QrCode draws the phone's settings, made in this browser: the secret goes nowhere. */
export default function QrCode({ card }: { card: Card }) {
  const { data, size } = encode(phoneText(card), { ecc: 'M', border: 3 })
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
  return (
    <figure className="qr">
      <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={t('card.qrLabel', { name: card.name })}>
        <rect width={size} height={size} fill="#fff" />
        <path d={path} fill="#000" shapeRendering="crispEdges" />
      </svg>
      <figcaption>{t('card.qrHelp')}</figcaption>
    </figure>
  )
}
