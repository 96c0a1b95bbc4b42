/** The transport of the built-in provider: no connection is opened, and the answer passes through everything that a provider's does. */

import { pause } from '../base/clock.ts'
import type { Deadlines } from '../base/deadlines.ts'
import { Failure } from '../canonical/failure.ts'
import { isObject } from '../base/json.ts'
import type { Exchange, Transport, UpstreamRequest } from './exchange.ts'
import { planAnswer, type Step } from './local-answer.ts'

export class LocalTransport implements Transport {
  async post(request: UpstreamRequest, asksStream: boolean, onCancel: (cancel: () => void) => void): Promise<Exchange> {
    const body: unknown = JSON.parse(request.body.toString())
    const { status, headers, firstByteMs, steps } = planAnswer(isObject(body) ? body : {})
    const limit = asksStream ? request.deadlines.firstByteStreamed : request.deadlines.firstByteWhole
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
    return new LocalExchange(status, headers, steps, request.deadlines)
  }
}

class LocalExchange implements Exchange {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly #steps: readonly Step[]
  readonly #deadlines: Deadlines
  #at = 0
  #abortedBy: Failure | undefined
  #waiting: { cancel(): void } | undefined

  constructor(status: number, headers: Readonly<Record<string, string>>, steps: readonly Step[], deadlines: Deadlines) {
    this.status = status
    this.headers = headers
    this.#steps = steps
    this.#deadlines = deadlines
  }

  take(): Buffer | undefined {
    return undefined
  }

  async next(): Promise<Buffer | undefined> {
    this.#checkAborted()
    const step = this.#steps[this.#at]
    this.#at += 1
    if (step === undefined) return undefined
    const waiting = pause(Math.min(step.afterMs, this.#deadlines.idle))
    this.#waiting = waiting
    if (step.afterMs > 0) await waiting.done
    else waiting.cancel()
    this.#checkAborted()
    if (step.afterMs > this.#deadlines.idle) throw new Failure('upstream_timeout', 'The provider fell silent in the middle of its answer.')
    if (step.cut) throw new Failure('upstream_truncated', 'The connection to the provider was lost in the middle of its answer.')
    return Buffer.from(step.text)
  }

  /** What it says, it says at once or never. */
  awaitWord(): void {}

  abort(why = new Failure('client_closed', 'The call was given up.')): void {
    this.#abortedBy ??= why
    this.#waiting?.cancel()
  }

  #checkAborted(): void {
    if (this.#abortedBy) throw this.#abortedBy
  }
}
