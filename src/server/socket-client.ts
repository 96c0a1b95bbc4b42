/** The client of a call that came as a message on a WebSocket: the frames of its answer go out as messages. */

import type { WebSocket } from 'ws'
import type { Listed } from '../base/roster.ts'
import type { ByteSource } from '../base/source.ts'
import { SseCutter } from '../base/sse.ts'
import { Limit } from '../base/watch.ts'
import { Failure } from '../canonical/failure.ts'
import type { Client, Headers } from '../gateway/client.ts'
import type { Turns } from '../gateway/memory.ts'

/** Bytes and milliseconds. */
export interface SocketClientLimits {
  /** Of one frame of an answer. */
  readonly frame: number
  /** Of messages that wait for a slow client, before the provider is paused. */
  readonly buffer: number
  /** Until a client that reads slower than we write has caught up. */
  readonly writeIdle: number
}

export interface Asked {
  readonly path: string
  readonly address: string
  readonly headers: Headers
  readonly body: Buffer
  readonly turns: Turns
}

export class SocketClient implements Client, Listed {
  place = -1
  readonly method = 'GET'
  readonly named = ''
  readonly query = ''
  readonly path: string
  readonly address: string
  readonly headers: Headers
  readonly turns: Turns
  readonly #socket: WebSocket
  readonly #body: Buffer
  readonly #limits: SocketClientLimits
  readonly #cutter: SseCutter
  #listener: (() => void) | undefined
  #interruption: Failure | undefined
  #isGone = false
  #status = 0
  #answerHeaders: readonly string[] = []
  #bytesSent = 0
  #waiting: (() => void) | undefined

  constructor(socket: WebSocket, { path, address, headers, body, turns }: Asked, limits: SocketClientLimits) {
    this.#socket = socket
    this.path = path
    this.address = address
    this.headers = headers
    this.turns = turns
    this.#body = body
    this.#limits = limits
    this.#cutter = new SseCutter(limits.frame)
  }

  get hasBegun(): boolean {
    return this.#status !== 0
  }

  get isGone(): boolean {
    return this.#isGone
  }

  get interruption(): Failure | undefined {
    return this.#interruption
  }

  get bytesSent(): number {
    return this.#bytesSent
  }

  /** No bytes of HTTP come on its socket any more. */
  isAnswering(): boolean {
    return false
  }

  /** What was said last is the connection's to send. */
  readonly isTaking = false

  onGone(listener: () => void): void {
    this.#listener = listener
    if (this.#isGone || this.#interruption) listener()
  }

  /** The connection is lost: nobody waits for the answer. */
  leave(): void {
    this.#isGone = true
    this.#listener?.()
    this.#waiting?.()
  }

  interrupt(failure: Failure): void {
    this.#interruption = failure
    this.#listener?.()
  }

  async read(limit: number): Promise<Buffer> {
    if (this.#body.length > limit) throw new Failure('request_too_large', `The message is larger than ${limit} bytes.`)
    return this.#body
  }

  stream(limit: number): ByteSource {
    let isRead = false
    const next = async () => {
      if (isRead) return undefined
      isRead = true
      return this.read(limit)
    }
    return { next, stop: () => void (isRead = true) }
  }

  begin(status: number, headers: readonly string[]): void {
    this.#status = status
    this.#answerHeaders = headers
  }

  write(piece: Buffer | string): boolean {
    for (const { data } of this.#cutter.push(Buffer.from(piece as string))) if (data !== '' && data !== '[DONE]') this.#send(data)
    return this.#isGone || this.#socket.bufferedAmount < this.#limits.buffer
  }

  drained(): Promise<void> {
    if (this.#isGone || this.#socket.bufferedAmount < this.#limits.buffer) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const limit = new Limit(this.#limits.writeIdle, () => {
        this.destroy()
        reject(new Failure('client_closed', 'The client stopped reading.'))
      })
      this.#waiting = () => {
        limit.end()
        this.#waiting = undefined
        resolve()
      }
    })
  }

  end(piece: Buffer | string = ''): void {
    if (this.#isGone) return
    if (this.#status === 200) this.write(piece)
    else this.#send(errorEvent(this.#status, this.#answerHeaders, piece.toString()))
  }

  destroy(): void {
    this.#socket.terminate()
  }

  #send(data: string): void {
    if (this.#isGone) return
    this.#bytesSent += Buffer.byteLength(data)
    this.#socket.send(data, () => {
      if (this.#socket.bufferedAmount < this.#limits.buffer) this.#waiting?.()
    })
  }
}

/** A refusal as the vendor's own WebSocket says it. https://developers.openai.com/docs/guides/websocket-mode */
export function errorEvent(status: number, headers: readonly string[], body: string): string {
  const { error } = JSON.parse(body) as { readonly error: unknown }
  const shown: Record<string, string> = {}
  for (let at = 0; at < headers.length; at += 2) if (/^(x-|retry-)/.test(headers[at]!)) shown[headers[at]!] = headers[at + 1]!
  return JSON.stringify({ type: 'error', status, error, headers: shown })
}
