/** The transport of the built-in provider: no connection is opened, and the answer passes through everything that a provider's does. */

import { monotonic, pause } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'
import { isObject } from '../base/json.ts'
import type { Exchange, Transport, UpstreamRequest } from './exchange.ts'
import { planAnswer, type Step } from './local-answer.ts'

export class LocalTransport implements Transport {
  async post(request: UpstreamRequest, asksStream: boolean, onCancel: (cancel: () => void) => void): Promise<Exchange> {
    const body: unknown = JSON.parse(request.body.toString())
    const { status, headers, firstByteMs, steps } = planAnswer(request.path, isObject(body) ? body : {})
    const { deadlines } = request
    const startedAt = monotonic()
    const limit = Math.min(deadlines.total, asksStream ? deadlines.firstByteStreamed : deadlines.firstByteWhole)
    const waiting = pause(Math.min(firstByteMs, limit))
    let isCancelled = false
    onCancel(() => {
      isCancelled = true
      waiting.cancel()
    })
    if (firstByteMs > 0) await waiting.done
    else waiting.cancel()
    if (isCancelled) throw new Failure('client_closed', 'The call was given up.')
    if (firstByteMs > limit) throw new Failure('upstream_timeout', 'The provider did not begin to answer in time.')
    return new LocalExchange(status, headers, steps, { idle: deadlines.idle, until: startedAt + deadlines.total })
  }
}

interface Limits {
  readonly idle: number
  /** When the answer must be over, by the monotonic clock. */
  readonly until: number
}

class LocalExchange implements Exchange {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly #steps: readonly Step[]
  readonly #limits: Limits
  #at = 0
  #abortedBy: Failure | undefined
  #waiting: { cancel(): void } | undefined

  constructor(status: number, headers: Readonly<Record<string, string>>, steps: readonly Step[], limits: Limits) {
    this.status = status
    this.headers = headers
    this.#steps = steps
    this.#limits = limits
  }

  take(): Buffer | undefined {
    return undefined
  }

  async next(): Promise<Buffer | undefined> {
    this.#checkAborted()
    const step = this.#steps[this.#at]
    this.#at += 1
    if (step === undefined) return undefined
    const waiting = pause(Math.max(0, Math.min(step.afterMs, this.#limits.idle, this.#limits.until - monotonic())))
    this.#waiting = waiting
    if (step.afterMs > 0) await waiting.done
    else waiting.cancel()
    this.#checkAborted()
    if (step.afterMs > 0 && monotonic() >= this.#limits.until) throw new Failure('upstream_timeout', 'The answer took longer than the total limit.')
    if (step.afterMs > this.#limits.idle) throw new Failure('upstream_timeout', 'The provider fell silent in the middle of its answer.')
    if (step.cut) throw new Failure('upstream_truncated', 'The connection to the provider was lost in the middle of its answer.')
    return Buffer.from(step.text)
  }

  /** What it says, it says as it was told to. */
  awaitWord(): void {}

  noteWords(): void {}

  abort(why = new Failure('client_closed', 'The call was given up.')): void {
    this.#abortedBy ??= why
    this.#waiting?.cancel()
  }

  #checkAborted(): void {
    if (this.#abortedBy) throw this.#abortedBy
  }
}
