/** Unpacking a compressed answer as it arrives, with bounds that a bomb cannot pass. */

import { createGunzip, createInflate, type Gunzip, type Inflate } from 'node:zlib'
import { Failure } from '../canonical/failure.ts'

/** Bytes that one packed byte may become; what is smaller than `alwaysFine` in all is never a bomb. */
const mostRatio = 100
const alwaysFine = 1024 * 1024

/** Who takes what is unpacked. */
export interface Taker {
  give(piece: Buffer): void
  fail(failure: Failure): void
  /** There is room for more. */
  drained(): void
}

export interface Inflater {
  /** More has come than is unpacked yet: whoever sends must wait. */
  readonly isFull: boolean
  push(chunk: Buffer): void
  end(done: () => void): void
  /** Whether pieces are wanted now. */
  flow(isWanted: boolean): void
  stop(): void
}

/**
 * Undefined where nothing is packed. We ask providers for unpacked answers; one layer of gzip or deflate is taken all the same.
 * Brotli is not: Node's decoder had a hole in versions that are still in use (CVE-2026-111497).
 */
export function inflaterFor(encoding: string | undefined, taker: Taker): Inflater | undefined {
  switch (encoding?.toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return undefined
    case 'gzip':
    case 'x-gzip':
      return new Unpacking(createGunzip(), taker)
    case 'deflate':
      return new Unpacking(createInflate(), taker)
    default:
      throw new Failure('upstream_invalid_response', 'The provider packed its answer in a way that the gateway does not unpack.')
  }
}

class Unpacking implements Inflater {
  readonly #stream: Gunzip | Inflate
  readonly #taker: Taker
  #out = 0

  constructor(stream: Gunzip | Inflate, taker: Taker) {
    this.#stream = stream
    this.#taker = taker
    stream.on('data', (piece: Buffer) => this.#measure(piece))
    stream.on('drain', () => taker.drained())
    stream.on('error', () => this.#fail('The provider’s packed answer cannot be unpacked.'))
  }

  get isFull(): boolean {
    return this.#stream.writableNeedDrain
  }

  push(chunk: Buffer): void {
    if (!this.#stream.destroyed) this.#stream.write(chunk)
  }

  end(done: () => void): void {
    this.#stream.once('end', done).end()
  }

  flow(isWanted: boolean): void {
    if (isWanted !== this.#stream.isPaused()) return
    if (isWanted) this.#stream.resume()
    else this.#stream.pause()
  }

  stop(): void {
    this.#stream.destroy()
  }

  #measure(piece: Buffer): void {
    this.#out += piece.length
    // What has come and is not unpacked yet does not count: it would be credit for what is.
    if (this.#out > alwaysFine && this.#out > this.#stream.bytesWritten * mostRatio) return this.#fail('The provider’s packed answer grows beyond all measure.')
    this.#taker.give(piece)
  }

  #fail(message: string): void {
    this.stop()
    this.#taker.fail(new Failure('upstream_invalid_response', message))
  }
}
