/** Where the time of a call went, by the monotonic clock. */

import { monotonic } from '../base/clock.ts'
import type { AttemptRecord, ReceiptRecord } from './signals.ts'

/** Milliseconds inside; what it tells is whole nanoseconds, where nothing else is said. */
export class Timeline {
  readonly #startedAt = monotonic()
  /** 0 while no provider is waited for. */
  #attemptAt = 0
  #beganAfter = 0
  #providerMs = 0
  #pausedMs = 0
  #queuedMs = 0

  /** Since the call arrived. */
  elapsed(): number {
    return nanoseconds(monotonic() - this.#startedAt)
  }

  /** What of it was not spent on providers, or on waiting. */
  overhead(): number {
    const running = this.#attemptAt === 0 ? 0 : monotonic() - this.#attemptAt
    return Math.max(0, this.elapsed() - nanoseconds(this.#providerMs + this.#pausedMs + this.#queuedMs + running))
  }

  /** The call waited so many milliseconds before another attempt. */
  paused(ms: number): void {
    this.#pausedMs += ms
  }

  /** The call waited so many milliseconds for room. */
  queued(ms: number): void {
    this.#queuedMs += ms
  }

  beginAttempt(): void {
    this.#attemptAt = monotonic()
    this.#beganAfter = this.#attemptAt - this.#startedAt
  }

  /** When the attempt began and how long it has taken, in whole milliseconds. Of one that `goesOn` there is an answer to wait for. */
  endAttempt(goesOn: boolean): Pick<AttemptRecord, 'at' | 'ms'> {
    const took = this.#attemptAt === 0 ? 0 : monotonic() - this.#attemptAt
    if (!goesOn) this.#stopProviderClock()
    return { at: Math.round(this.#beganAfter), ms: Math.round(took) }
  }

  close(record: ReceiptRecord): void {
    this.#stopProviderClock()
    record.duration = this.elapsed()
    record.provider_duration = record.sent_after === null ? null : nanoseconds(this.#providerMs)
    record.retry_pauses = nanoseconds(this.#pausedMs)
    record.queued = nanoseconds(this.#queuedMs)
    record.overhead = Math.max(0, record.duration - (record.provider_duration ?? 0) - record.retry_pauses - record.queued)
  }

  #stopProviderClock(): void {
    if (this.#attemptAt !== 0) this.#providerMs += monotonic() - this.#attemptAt
    this.#attemptAt = 0
  }
}

const nanoseconds = (ms: number): number => Math.round(ms * 1e6)
