/** encodeWav writes samples between -1 and 1 as a WAV file of one channel with 16 bits (RIFF, format 1). */
export function encodeWav(samples: Float32Array, rate: number): Blob {
  const octets = samples.length * 2
  const view = new DataView(new ArrayBuffer(44 + octets))
  const word = (at: number, text: string) => {
    for (let i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i))
  }
  word(0, 'RIFF')
  view.setUint32(4, 36 + octets, true)
  word(8, 'WAVE')
  word(12, 'fmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true) // PCM
  view.setUint16(22, 1, true) // channels
  view.setUint32(24, rate, true)
  view.setUint32(28, rate * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  word(36, 'data')
  view.setUint32(40, octets, true)
  samples.forEach((sample, i) => {
    const held = Math.max(-1, Math.min(1, sample))
    view.setInt16(44 + i * 2, Math.round(held < 0 ? held * 0x8000 : held * 0x7fff), true)
  })
  return new Blob([view.buffer], { type: 'audio/wav' })
}

/** join puts pieces of sound one after the other. */
export function join(pieces: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const whole = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/** peak is how loud the loudest sample is, from 0 to 1. */
export function peak(samples: Float32Array): number {
  let most = 0
  for (const sample of samples) most = Math.max(most, Math.abs(sample))
  return Math.min(1, most)
}
