import tap from './tap.worklet.ts?worker&url'
import { encodeWav, join, peak } from './wav'

/** rate is what a recording is stored with: twice what a phone carries, and little to send. */
const rate = 16_000

/** NoMicrophone is why nothing can be recorded. */
export type NoMicrophone = 'refused' | 'none' | 'busy' | 'unable'

/** MicrophoneError carries it. */
export class MicrophoneError extends Error {
  constructor(readonly why: NoMicrophone) {
    super(why)
    this.name = 'MicrophoneError'
  }
}

/** Recorded is what was said. */
export interface Recorded {
  file: Blob
  seconds: number
  /** silent: nothing but silence came from the microphone. */
  silent: boolean
}

/** Recording is a microphone that is open; finish closes it and gives what was said, cancel closes it. */
export interface Recording {
  finish: () => Promise<Recorded>
  cancel: () => void
}

const reasons: Record<string, NoMicrophone> = {
  NotAllowedError: 'refused',
  SecurityError: 'refused',
  NotFoundError: 'none',
  OverconstrainedError: 'none',
  NotReadableError: 'busy',
  AbortError: 'busy',
}

/** startRecording opens the microphone and tells while it records how long it has and how loud it is now. */
export async function startRecording(onPiece: (seconds: number, level: number) => void): Promise<Recording> {
  // A page that did not come by an encrypted connection has no media devices.
  const devices: MediaDevices | undefined = navigator.mediaDevices
  if (!devices || typeof AudioWorkletNode === 'undefined') throw new MicrophoneError('unable')
  let stream: MediaStream
  try {
    stream = await devices.getUserMedia({ audio: { channelCount: 1 } })
  } catch (error) {
    throw new MicrophoneError(reasons[error instanceof DOMException ? error.name : ''] ?? 'busy')
  }
  const context = new AudioContext()
  const pieces: Float32Array[] = []
  let frames = 0
  const close = () => {
    for (const track of stream.getTracks()) track.stop()
    if (context.state !== 'closed') void context.close()
  }
  try {
    await context.audioWorklet.addModule(tap)
    const node = new AudioWorkletNode(context, 'tap')
    node.port.addEventListener('message', ({ data }: MessageEvent<Float32Array>) => {
      pieces.push(data)
      frames += data.length
      onPiece(frames / context.sampleRate, peak(data))
    })
    node.port.start()
    context.createMediaStreamSource(stream).connect(node)
    node.connect(context.destination) // silent: it is what keeps the node at work in every browser
    await context.resume()
  } catch {
    close()
    throw new MicrophoneError('unable')
  }
  return {
    cancel: close,
    finish: async () => {
      close()
      const whole = join(pieces)
      const samples = await resample(whole, context.sampleRate)
      return { file: encodeWav(samples, rate), seconds: samples.length / rate, silent: peak(whole) < 0.001 }
    },
  }
}

/** resample gives a sound the rate that it is stored with. */
async function resample(samples: Float32Array<ArrayBuffer>, from: number): Promise<Float32Array> {
  const length = Math.floor((samples.length * rate) / from)
  if (length === 0) return new Float32Array(0)
  const context = new OfflineAudioContext(1, length, rate)
  const sound = context.createBuffer(1, samples.length, from)
  sound.copyToChannel(samples, 0)
  const source = context.createBufferSource()
  source.buffer = sound
  source.connect(context.destination)
  source.start()
  return (await context.startRendering()).getChannelData(0)
}
