/** The log: JSON lines on a stream, two for each call. It reads closed receipts, so nothing that was said can be in it. */

import type { Writable } from 'node:stream'
import { now } from '../base/clock.ts'
import type { ReceiptRecord } from '../receipts/signals.ts'
import { originOf } from './frames.ts'

export type Level = 'debug' | 'info' | 'warn' | 'error'
const levels: readonly Level[] = ['debug', 'info', 'warn', 'error']

/** Bytes that may wait for a slow reader of the log; lines beyond are counted and left out. */
const mostWaiting = 8 * 2 ** 20
/** How long a line waits for others, in milliseconds: a write costs more than all the lines in it. */
const gatherMs = 20
/** Calls gathered before their lines are written at once. */
const gatheredCalls = 100

export interface RequestLine {
  readonly method: string
  readonly path: string
  readonly responseBytes: number
}

interface EndedCall extends RequestLine {
  readonly receipt: ReceiptRecord
  /** Milliseconds since 1970. */
  readonly time: number
}

export class Log {
  readonly #stream: Writable
  readonly #from: number
  /** Ended calls whose lines are not written yet: all at once takes a third of what it takes one by one between calls. Bounded by `gatheredCalls`. */
  readonly #calls: EndedCall[] = []
  #text = ''
  #isScheduled = false
  #isBroken = false
  #dropped = 0
  #stampedAt = 0
  #stamped = ''

  /** Lines below `level` are not written. A stream that breaks (a closed pipe) ends the log, never the process; one that loses lines says so by `lost`. */
  constructor(stream: Writable, level: Level) {
    this.#stream = stream
    this.#from = levels.indexOf(level)
    stream.on('error', () => {
      this.#isBroken = true
    })
    stream.on('lost', (lines: number) => {
      this.#dropped += lines
    })
  }

  get dropped(): number {
    return this.#dropped
  }

  /** `fields` are ours: names, numbers and sentences, no text of a client or a provider. */
  tell(level: Level, msg: string, fields: Readonly<Record<string, string | number | boolean | null | readonly string[]>> = {}): void {
    if (levels.indexOf(level) < this.#from) return
    this.#writeCalls()
    this.#put(JSON.stringify({ time: new Date(now()).toISOString(), level: level.toUpperCase(), msg, ...fields }))
    // What is told of the process itself is rare, and may be its last words.
    this.flush()
  }

  /** How a call or a request of the control API failed: where that was a fault of ours, it is told where it was thrown, and no word of its message. */
  note(failure: Error & { readonly reason: string }, requestId: string): void {
    if (failure.reason !== 'internal_error') return
    const { error, frames } = originOf(failure)
    this.tell('error', 'a call failed inside the gateway', { request_id: requestId, error, frames })
  }

  call(receipt: ReceiptRecord, { method, path, responseBytes }: RequestLine): void {
    if (this.#from > levels.indexOf('info')) return
    this.#calls.push({ receipt, method, path, responseBytes, time: now() })
    if (this.#calls.length >= gatheredCalls) this.flush()
    else this.#schedule()
  }

  flush(): void {
    this.#writeCalls()
    const text = this.#text
    this.#text = ''
    this.#isScheduled = false
    if (text === '') return
    if (this.#isBroken || this.#stream.writableLength > mostWaiting || !this.#write(text)) this.#dropped += text.split('\n').length - 1
  }

  /** Lines that cannot be written are lost; the process is not. */
  #write(text: string): boolean {
    try {
      this.#stream.write(text)
      return true
    } catch {
      return false
    }
  }

  #writeCalls(): void {
    for (const call of this.#calls) this.#text += this.#linesOf(call)
    this.#calls.length = 0
  }

  #linesOf({ receipt, method, path, responseBytes, time }: EndedCall): string {
    const head = `{"time":"${this.#stamp(time)}","level":"INFO","msg":`
    const { request_id: id, status, duration } = receipt
    const request = `"request","request_id":"${id}","method":"${method}","path":"${path}","status":${status},"response_bytes":${responseBytes},"gateway_latency":${duration}`
    return `${head}${request}}\n${head}"inference","request_id":"${id}",${inference(receipt)}}\n`
  }

  /** Many calls end in one millisecond. */
  #stamp(time: number): string {
    if (time !== this.#stampedAt) {
      this.#stampedAt = time
      this.#stamped = new Date(time).toISOString()
    }
    return this.#stamped
  }

  #put(line: string): void {
    this.#text += `${line}\n`
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setTimeout(() => this.flush(), gatherMs)
  }
}

function inference(receipt: ReceiptRecord): string {
  const names = JSON.stringify({
    routed_provider: receipt.provider,
    requested_model: receipt.requested_model,
    routed_model: receipt.resolved_model,
    model_version: receipt.claimed_model,
    input_hash: receipt.input_hash,
    prompt_tokens: receipt.prompt_tokens,
    completion_tokens: receipt.completion_tokens,
    total_tokens: receipt.total_tokens,
    provider_latency: receipt.provider_duration,
    gateway_latency: receipt.duration,
    fallback_occurred: receipt.fallback,
    metadata: JSON.stringify(receipt.metadata ?? {}),
  })
  return names.slice(1, -1)
}
