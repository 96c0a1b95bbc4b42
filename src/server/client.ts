/** The client of a call, made of Node's request and response. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Failure } from '../canonical/failure.ts'
import type { Client, Headers } from '../gateway/client.ts'

/** Milliseconds. */
export interface ClientLimits {
  /** Between two pieces of a body that is being sent to us. */
  readonly bodyIdle: number
  /** Until a client that reads slower than we write has caught up. */
  readonly writeIdle: number
}

/** How long a client that is still sending may take to read why it was refused. */
const lingerMs = 500

export class HttpClient implements Client {
  readonly method: string
  readonly path: string
  readonly headers: Headers
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #limits: ClientLimits
  readonly #sentBefore: number
  #listener: (() => void) | undefined
  #interruption: Failure | undefined
  #isGone = false

  /** `path` is the route's, so that no text of a client gets into the log. */
  constructor(request: IncomingMessage, response: ServerResponse, path: string, limits: ClientLimits) {
    this.method = request.method ?? ''
    this.path = path
    this.headers = request.headers as Headers
    this.#request = request
    this.#response = response
    this.#limits = limits
    this.#sentBefore = request.socket.bytesWritten
    response.on('close', () => {
      if (response.writableFinished) return
      this.#isGone = true
      this.#listener?.()
    })
  }

  get hasBegun(): boolean {
    return this.#response.headersSent
  }

  get isGone(): boolean {
    return this.#isGone
  }

  get interruption(): Failure | undefined {
    return this.#interruption
  }

  get bytesSent(): number {
    return this.#request.socket.bytesWritten - this.#sentBefore
  }

  onGone(listener: () => void): void {
    this.#listener = listener
    if (this.#isGone || this.#interruption) listener()
  }

  /** Ends the call from our side: whoever works for it is told to give up, and `failure` is what the client hears. */
  interrupt(failure: Failure): void {
    this.#interruption = failure
    this.#listener?.()
  }

  async read(limit: number): Promise<Buffer> {
    const announced = Number(this.headers['content-length'] ?? 0)
    if (announced > limit) throw tooLarge(limit)
    if (this.headers.expect !== undefined) this.#response.writeContinue()
    return new Promise((resolve, reject) => {
      const request = this.#request
      const chunks: Buffer[] = []
      let length = 0
      const stop = (failure: Failure) => {
        clearTimeout(timer)
        request.removeAllListeners('data').pause()
        reject(failure)
      }
      const timer = setTimeout(() => stop(new Failure('request_timeout', 'The body did not come in time.')), this.#limits.bodyIdle)
      request.on('data', (chunk: Buffer) => {
        timer.refresh()
        length += chunk.length
        if (length > limit) return stop(tooLarge(limit))
        chunks.push(chunk)
      })
      request.once('end', () => {
        clearTimeout(timer)
        resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length))
      })
      const cut = () => stop(new Failure('client_closed', 'The client hung up before its request was whole.'))
      request.once('error', cut)
      request.once('aborted', cut)
    })
  }

  begin(status: number, headers: readonly (readonly [string, string])[], trailers?: string): void {
    const flat: string[] = []
    for (const [name, value] of headers) flat.push(name, value)
    if (trailers !== undefined) flat.push('trailer', trailers)
    this.#response.writeHead(status, flat)
  }

  write(piece: Buffer | string): boolean {
    return this.#isGone || this.#response.write(piece)
  }

  drained(): Promise<void> {
    if (this.#isGone || !this.#response.writableNeedDrain) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.destroy()
        reject(new Failure('client_closed', 'The client stopped reading.'))
      }, this.#limits.writeIdle)
      const go = () => {
        clearTimeout(timer)
        this.#response.off('drain', go).off('close', go)
        resolve()
      }
      this.#response.on('drain', go).on('close', go)
    })
  }

  end(piece?: Buffer | string, trailers?: Readonly<Record<string, string>>): void {
    if (this.#isGone) return
    if (trailers !== undefined) this.#response.addTrailers(trailers)
    if (!this.#request.complete) this.#linger()
    this.#response.end(piece)
  }

  destroy(): void {
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

function tooLarge(limit: number): Failure {
  return new Failure('request_too_large', `The body is larger than ${limit} bytes.`)
}
