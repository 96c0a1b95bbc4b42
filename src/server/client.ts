/** The client of a call, made of Node's request and response. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Listed } from '../base/roster.ts'
import { awake, Limit, unwatch, watch, type Watched } from '../base/watch.ts'
import { Failure } from '../canonical/failure.ts'
import type { ByteSource } from '../base/source.ts'
import type { Client, Headers } from '../gateway/client.ts'
import type { AddressOf } from './addresses.ts'
import { departTogether, type Departing } from './departures.ts'
import { IncomingStream, tooLarge, type IncomingLimits } from './incoming.ts'

/** Milliseconds. */
export interface ClientLimits {
  /** Between two pieces of a body that is being sent to us. */
  readonly bodyIdle: number
  /** Until a client that reads slower than we write has caught up. */
  readonly writeIdle: number
}

/** Where a request came in. `path` is the route's, so that no text of a client gets into the log. */
export interface Place {
  readonly path: string
  readonly named: string
  readonly query: string
  readonly addressOf: AddressOf
}

/** How long a client that is still sending may take to read why it was refused. */
const lingerMs = 500

export class HttpClient implements Client, Listed, Departing {
  place = -1
  readonly method: string
  readonly path: string
  readonly named: string
  readonly query: string
  readonly headers: Headers
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #limits: ClientLimits
  readonly #addressOf: AddressOf
  #listener: (() => void) | undefined
  #reading: { stop(failure: Failure): void } | undefined
  #interruption: Failure | undefined
  #isGone = false
  #bytesSent = 0
  /** It stands in the row of those that leave at the end of this turn, and what it says waits for that. */
  #isDeparting = false
  #hasEnded = false
  #last: Buffer | string | undefined
  #taken: (() => void) | undefined

  constructor(request: IncomingMessage, response: ServerResponse, { path, named, query, addressOf }: Place, limits: ClientLimits) {
    this.method = request.method ?? ''
    this.path = path
    this.named = named
    this.query = query
    this.headers = request.headers as Headers
    this.#request = request
    this.#response = response
    this.#limits = limits
    this.#addressOf = addressOf
    response.on('close', () => {
      this.#taken?.()
      if (response.writableFinished) return
      this.#isGone = true
      this.#listener?.()
    })
  }

  get address(): string {
    return this.#addressOf(this.#request)
  }

  get hasBegun(): boolean {
    return this.#response.headersSent
  }

  get isGone(): boolean {
    return this.#isGone
  }

  /** Whether the whole request came over this socket: what follows on it is another. */
  isAnswering(socket: Socket): boolean {
    return this.#request.socket === socket && this.#request.complete
  }

  get interruption(): Failure | undefined {
    return this.#interruption
  }

  get bytesSent(): number {
    return this.#bytesSent
  }

  onGone(listener: () => void): void {
    this.#listener = listener
    if (this.#isGone || this.#interruption) listener()
  }

  /** All was said, and the client has not taken it to its end. */
  get isTaking(): boolean {
    return this.#hasEnded && !this.#response.writableFinished && !this.#response.destroyed
  }

  /** Calls `told` when the client has taken all that was said, or is gone; at once if that has been. The last one counts. */
  onTaken(told: () => void): void {
    if (!this.isTaking) return told()
    this.#taken = told
  }

  /** Ends the call from our side: whoever works for it is told to give up, and `failure` is what the client hears. */
  interrupt(failure: Failure): void {
    this.#interruption = failure
    this.#listener?.()
    this.#reading?.stop(failure)
  }

  read(limit: number): Promise<Buffer> {
    return new Promise((resolve, reject) => void (this.#reading = new Incoming(this.#request, this.#welcome(limit), { resolve, reject })))
  }

  stream(limit: number): ByteSource {
    const stream = new IncomingStream(this.#request, this.#welcome(limit))
    this.#reading = { stop: (failure) => stream.fail(failure) }
    return stream
  }

  #welcome(limit: number): IncomingLimits {
    const announced = Number(this.headers['content-length'] ?? 0)
    if (announced > limit) throw tooLarge(limit)
    // Behind an answer that is not out yet Node would write it into that: such a client sends when its own patience ends.
    if (this.headers.expect !== undefined && this.#response.socket !== null) this.#response.writeContinue()
    return { limit, idle: this.#limits.bodyIdle }
  }

  begin(status: number, headers: readonly string[], trailers?: string): void {
    if (this.#isGone) return
    this.#response.writeHead(status, (trailers === undefined ? headers : [...headers, 'trailer', trailers]) as string[])
  }

  write(piece: Buffer | string): boolean {
    if (this.#isGone) return true
    this.#bytesSent += Buffer.byteLength(piece)
    // The socket, not the response: that would say that it has room while its own row is full, and over TLS nobody would hear when it has.
    if (!this.#isDeparting) this.#request.socket.cork()
    this.#leave()
    return this.#response.write(piece)
  }

  drained(): Promise<void> {
    if (this.#isGone || !this.#response.writableNeedDrain) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const limit = new Limit(this.#limits.writeIdle, () => {
        this.destroy()
        reject(new Failure('client_closed', 'The client stopped reading.'))
      })
      const go = () => {
        limit.end()
        this.#response.off('drain', go).off('close', go)
        resolve()
      }
      this.#response.on('drain', go).on('close', go)
    })
  }

  end(piece?: Buffer | string, trailers?: Readonly<Record<string, string>>): void {
    if (this.#isGone || this.#hasEnded) return
    if (trailers !== undefined) this.#response.addTrailers(trailers)
    if (!this.#request.complete) this.#linger()
    if (piece !== undefined) this.#bytesSent += Buffer.byteLength(piece)
    this.#hasEnded = true
    this.#last = piece
    this.#leave()
  }

  #leave(): void {
    if (this.#isDeparting) return
    this.#isDeparting = true
    departTogether(this)
  }

  depart(): void {
    if (!this.#isDeparting) return
    const last = this.#last
    this.#isDeparting = false
    this.#last = undefined
    if (this.#hasEnded && !this.#isGone) this.#response.end(last)
    this.#request.socket.uncork()
    // Node waits without end for who takes nothing of what is left; as long as some of it goes, this waits too.
    if (this.#hasEnded && this.#response.writableLength > 0) this.#response.setTimeout(this.#limits.writeIdle)
  }

  destroy(): void {
    this.depart()
    const { socket, httpVersion } = this.#request
    // An answer in HTTP/1.0 ends where its connection does: only a reset tells that this was not the end. TLS has a word of its own for that.
    if (httpVersion === '1.0' && !this.#isGone && !('encrypted' in socket)) socket.resetAndDestroy()
    this.#response.destroy()
  }

  /** The rest of a body that nobody wants is not waited for; but a socket closed at once would swallow the answer. */
  #linger(): void {
    const { socket } = this.#request
    const timer = setTimeout(() => socket.destroy(), lingerMs)
    timer.unref()
    this.#request.once('end', () => clearTimeout(timer))
  }
}

interface Outcome {
  readonly resolve: (bytes: Buffer) => void
  readonly reject: (failure: Failure) => void
}

/** A body on its way in. */
class Incoming implements Watched {
  place = -1
  readonly #request: IncomingMessage
  readonly #limits: IncomingLimits
  readonly #outcome: Outcome
  /** Bounded by `limit`. */
  readonly #chunks: Buffer[] = []
  #length = 0
  readonly #begunAt = awake()
  #heardAt = this.#begunAt

  constructor(request: IncomingMessage, limits: IncomingLimits, outcome: Outcome) {
    this.#request = request
    this.#limits = limits
    this.#outcome = outcome
    request.on('data', (chunk: Buffer) => this.#take(chunk))
    request.on('end', () => this.#end())
    request.on('error', () => this.stop(new Failure('client_closed', 'The client hung up before its request was whole.')))
    watch(this)
  }

  /** Every byte buys a millisecond: whoever sends less than a kilobyte a second is holding a place, and not sending. */
  look(_time: number, time: number): void {
    const { idle } = this.#limits
    if (time - this.#heardAt > idle || time - this.#begunAt > idle + this.#length) this.stop(new Failure('request_timeout', 'The body did not come in time.'))
  }

  #take(chunk: Buffer): void {
    this.#heardAt = awake()
    this.#length += chunk.length
    if (this.#length > this.#limits.limit) return this.stop(tooLarge(this.#limits.limit))
    this.#chunks.push(chunk)
  }

  #end(): void {
    unwatch(this)
    this.#outcome.resolve(this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#length))
  }

  stop(failure: Failure): void {
    unwatch(this)
    this.#request.removeAllListeners('data').pause()
    this.#outcome.reject(failure)
  }
}
