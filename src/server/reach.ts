/** How a receiver fares: what went wrong with it, and how long it is left alone. */

import { pause } from '../base/clock.ts'
import { toFailure, type Failure } from '../canonical/failure.ts'
import type { Log } from '../telemetry/log.ts'

const firstPause = 250
const longestPause = 60_000

/** Pauses double from one failure to the next; the log hears of the first of them, and of the end. */
export class Reach {
  readonly name: string
  readonly #log: Log
  readonly #of: string
  #failures = 0
  #fault: Failure | undefined
  #wait = firstPause
  #pause: { readonly done: Promise<void>; cancel(): void } | undefined
  #isHurried = false

  /** `of` is what it receives. */
  constructor(name: string, log: Log, of = 'receipts') {
    this.name = name
    this.#log = log
    this.#of = of
  }

  get status(): { readonly name: string; readonly failures: number; readonly fault: string | null } {
    return { name: this.name, failures: this.#failures, fault: this.#fault?.message ?? null }
  }

  succeed(): void {
    if (this.#fault !== undefined) this.#log.tell('info', `a receiver of ${this.#of} is back`, { receiver: this.name })
    this.#fault = undefined
    this.#wait = firstPause
  }

  fail(error: unknown): Failure {
    const failure = toFailure(error)
    const { reason, message } = failure
    if (this.#fault?.reason !== reason) this.#log.tell('warn', `a receiver of ${this.#of} could not be reached`, { receiver: this.name, reason, why: message })
    this.#fault = failure
    this.#failures += 1
    return failure
  }

  /** Waits before the next try, longer each time, or for `ms`. */
  async rest(ms?: number): Promise<void> {
    const wait = ms ?? this.#wait
    if (ms === undefined) this.#wait = Math.min(longestPause, this.#wait * 2)
    this.#pause = pause(this.#isHurried ? Math.min(wait, firstPause) : wait)
    await this.#pause.done
    this.#pause = undefined
  }

  /** The end is near: whoever rests goes on at once, and nobody rests long any more. */
  hurry(): void {
    this.#isHurried = true
    this.#pause?.cancel()
  }
}
