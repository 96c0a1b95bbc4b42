/** A request's body that is taken piece by piece: the client is paused while nobody asks, and watched while somebody does. */

import type { IncomingMessage } from 'node:http'
import type { ByteSource } from '../base/source.ts'
import { awake, unwatch, watch, type Watched } from '../base/watch.ts'
import { Failure } from '../canonical/failure.ts'

export interface IncomingLimits {
  /** Bytes of the body. */
  readonly limit: number
  /** Milliseconds between two pieces that are waited for. */
  readonly idle: number
}

export function tooLarge(limit: number): Failure {
  return new Failure('request_too_large', `The body is larger than ${limit} bytes.`)
}

interface Waiting {
  readonly resolve: (chunk: Buffer | undefined) => void
  readonly reject: (failure: Failure) => void
}

export class IncomingStream implements ByteSource, Watched {
  place = -1
  readonly #request: IncomingMessage
  readonly #limits: IncomingLimits
  #length = 0
  /** Milliseconds that were spent waiting for the client: what a slow provider takes is not the client's doing. */
  #waited = 0
  #askedAt = 0
  #waiting: Waiting | undefined
  #failure: Failure | undefined
  #isOver = false

  constructor(request: IncomingMessage, limits: IncomingLimits) {
    this.#request = request
    this.#limits = limits
    request.on('readable', () => this.#give())
    request.on('end', () => this.#end())
    request.on('error', () => this.fail(new Failure('client_closed', 'The client hung up before its request was whole.')))
  }

  next(): Promise<Buffer | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      if (this.#failure) return this.#settle((waiting) => waiting.reject(this.#failure!))
      if (this.#isOver) return this.#settle((waiting) => waiting.resolve(undefined))
      this.#askedAt = awake()
      watch(this)
      this.#give()
    })
  }

  /** What still comes is let through to nobody, so that the client gets to read its answer. */
  stop(): void {
    this.#end()
    this.#request.removeAllListeners('readable').resume()
  }

  /** Every byte buys a millisecond: whoever sends less than a kilobyte a second is holding a place, and not sending. */
  look(_time: number, time: number): void {
    const { idle } = this.#limits
    const waits = time - this.#askedAt
    if (waits > idle || this.#waited + waits > idle + this.#length) this.fail(new Failure('request_timeout', 'The body did not come in time.'))
  }

  #give(): void {
    if (this.#waiting === undefined) return
    const chunk = this.#request.read() as Buffer | null
    if (chunk === null) return
    this.#length += chunk.length
    if (this.#length > this.#limits.limit) return this.fail(tooLarge(this.#limits.limit))
    this.#waited += awake() - this.#askedAt
    this.#settle((waiting) => waiting.resolve(chunk))
  }

  #end(): void {
    this.#isOver = true
    this.#settle((waiting) => waiting.resolve(undefined))
  }

  fail(failure: Failure): void {
    this.#failure ??= failure
    this.#settle((waiting) => waiting.reject(failure))
  }

  #settle(settle: (waiting: Waiting) => void): void {
    unwatch(this)
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting) settle(waiting)
  }
}
