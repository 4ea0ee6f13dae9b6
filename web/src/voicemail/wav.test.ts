import { expect, test } from 'vitest'
import { encodeWav, join, peak } from './wav'

test('a file has the header of one channel with 16 bits, and its samples', async () => {
  const view = new DataView(await encodeWav(new Float32Array([0, 1, -1, 0.5, -3]), 16000).arrayBuffer())
  const text = (at: number) => String.fromCharCode(...new Uint8Array(view.buffer, at, 4))
  expect([text(0), text(8), text(12), text(36)]).toEqual(['RIFF', 'WAVE', 'fmt ', 'data'])
  expect(view.byteLength).toBe(54)
  expect([view.getUint32(4, true), view.getUint32(40, true)]).toEqual([46, 10])
  expect([20, 22, 32, 34].map((at) => view.getUint16(at, true))).toEqual([1, 1, 2, 16])
  expect([view.getUint32(24, true), view.getUint32(28, true)]).toEqual([16000, 32000])
  expect([0, 1, 2, 3, 4].map((i) => view.getInt16(44 + i * 2, true))).toEqual([0, 32767, -32768, 16384, -32768])
})

test('pieces follow each other', () => {
  expect([...join([new Float32Array([1, 2]), new Float32Array(0), new Float32Array([3])])]).toEqual([1, 2, 3])
})

test('the loudest sample counts, whatever its sign', () => {
  expect(peak(new Float32Array([0.25, -0.5]))).toBe(0.5)
  expect(peak(new Float32Array(0))).toBe(0)
  expect(peak(new Float32Array([-2]))).toBe(1)
})
