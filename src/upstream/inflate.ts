/** Unpacking a compressed answer as it arrives, with bounds that a bomb cannot pass. */

import { createGunzip, createInflate, type Gunzip, type Inflate } from 'node:zlib'
import { Failure } from '../canonical/failure.ts'

/** Bytes that one packed byte may become; what is smaller than `alwaysFine` in all is never a bomb. */
const mostRatio = 100
const alwaysFine = 1024 * 1024

export interface Inflater {
  push(chunk: Buffer, give: (piece: Buffer) => void, fail: (error: Failure) => void): void
  end(done: () => void, fail: (error: Failure) => void): void
}

/**
 * Undefined where nothing is packed. We ask providers for unpacked answers; one layer of gzip or deflate is taken all the same.
 * Brotli is not: Node's decoder had a hole in versions that are still in use (CVE-2026-111497).
 */
export function inflaterFor(encoding: string | undefined): Inflater | undefined {
  if (encoding === undefined || encoding === '' || encoding === 'identity') return undefined
  if (encoding === 'gzip' || encoding === 'x-gzip') return new Unpacking(createGunzip())
  if (encoding === 'deflate') return new Unpacking(createInflate())
  throw new Failure('upstream_invalid_response', 'The provider packed its answer in a way that the gateway does not unpack.')
}

class Unpacking implements Inflater {
  readonly #stream: Gunzip | Inflate
  #out = 0
  #failed = false
  #wired = false

  constructor(stream: Gunzip | Inflate) {
    this.#stream = stream
  }

  push(chunk: Buffer, give: (piece: Buffer) => void, fail: (error: Failure) => void): void {
    this.#wire(give, fail)
    if (!this.#failed) this.#stream.write(chunk)
  }

  end(done: () => void, fail: (error: Failure) => void): void {
    this.#wire(() => {}, fail)
    this.#stream.once('end', () => { if (!this.#failed) done() })
    this.#stream.end()
  }

  #wire(give: (piece: Buffer) => void, fail: (error: Failure) => void): void {
    if (this.#wired) return
    this.#wired = true
    const stop = (message: string) => {
      if (this.#failed) return
      this.#failed = true
      this.#stream.destroy()
      fail(new Failure('upstream_invalid_response', message))
    }
    this.#stream.on('data', (piece: Buffer) => {
      this.#out += piece.length
      // What has come and is not unpacked yet does not count: it would be credit for what is.
      if (this.#out > alwaysFine && this.#out > this.#stream.bytesWritten * mostRatio) return stop('The provider’s packed answer grows beyond all measure.')
      if (!this.#failed) give(piece)
    })
    this.#stream.on('error', () => stop('The provider’s packed answer cannot be unpacked.'))
  }
}
