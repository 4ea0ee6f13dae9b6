// Runs on the browser's audio thread and hands over what the microphone gives, piece by piece.
declare class AudioWorkletProcessor {
  readonly port: MessagePort
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void

const pieceLength = 4096

class Tap extends AudioWorkletProcessor {
  private piece = new Float32Array(pieceLength)
  private filled = 0

  process(inputs: Float32Array[][]): boolean {
    const channel = inputs[0]?.[0]
    if (!channel) return true
    this.piece.set(channel, this.filled)
    this.filled += channel.length
    if (this.filled + channel.length > pieceLength) {
      // eslint-disable-next-line unicorn/require-post-message-target-origin -- a port leads to one place alone
      this.port.postMessage(this.piece.slice(0, this.filled))
      this.filled = 0
    }
    return true
  }
}

registerProcessor('tap', Tap)
