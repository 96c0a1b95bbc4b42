/** Closed receipts on their way to storage: bounded, off the event loop, and never in the way of a call. */

import { pause } from '../base/clock.ts'

export interface OutboxLimits {
  readonly records: number
  readonly bytes: number
}

/** Receipts that go to storage at once. */
const batchSize = 500
/** How long a receipt may wait for others, in milliseconds. */
const gatherMs = 50
const firstRetryMs = 250
const longestRetryMs = 10_000

export class Outbox {
  readonly #append: (lines: readonly string[]) => Promise<void>
  readonly #limits: OutboxLimits
  /** Bounded by `OutboxLimits`; what comes when it is full is counted and not kept. */
  #waiting: string[] = []
  #bytes = 0
  #dropped = 0
  #running: Promise<void> | undefined
  /** Its wait for others to come along, or for a storage that failed to recover. */
  #pause: { readonly done: Promise<void>; cancel(): void } | undefined
  #isClosing = false
  #hasGivenUp = false
  #lastFault: unknown

  constructor(append: (lines: readonly string[]) => Promise<void>, limits: OutboxLimits) {
    this.#append = append
    this.#limits = limits
  }

  get depth(): number {
    return this.#waiting.length
  }

  get dropped(): number {
    return this.#dropped
  }

  /** Why the last try to store failed; undefined where it did not. */
  get lastFault(): unknown {
    return this.#lastFault
  }

  /** Takes one line of JSON; after the end it is counted and lost. */
  put(line: string): void {
    if (this.#hasGivenUp || this.#waiting.length >= this.#limits.records || this.#bytes + line.length > this.#limits.bytes) {
      this.#dropped += 1
      return
    }
    this.#waiting.push(line)
    this.#bytes += line.length
    this.#running ??= this.#run()
  }

  /** Stores what is left, at once, and gives up after `ms`. Resolves to the number of receipts that could not be stored. */
  async close(ms: number): Promise<number> {
    this.#isClosing = true
    this.#pause?.cancel()
    const limit = pause(ms)
    let isLate = false
    while (this.#running !== undefined && !isLate) isLate = await Promise.race([this.#running.then(() => false), limit.done.then(() => true)])
    limit.cancel()
    // What comes from now on is lost: trying to store it would keep the process for ever.
    this.#hasGivenUp = true
    this.#pause?.cancel()
    return this.#waiting.length
  }

  async #run(): Promise<void> {
    let wait = firstRetryMs
    if (!this.#isClosing) await this.#wait(gatherMs)
    while (this.#waiting.length > 0 && !this.#hasGivenUp) {
      const batch = this.#waiting.slice(0, batchSize)
      try {
        await this.#append(batch)
        this.#lastFault = undefined
        this.#forget(batch)
        wait = firstRetryMs
      } catch (error) {
        this.#lastFault = error
        await this.#wait(wait)
        wait = this.#isClosing ? firstRetryMs : Math.min(longestRetryMs, wait * 2)
      }
    }
    this.#running = undefined
  }

  async #wait(ms: number): Promise<void> {
    this.#pause = pause(ms)
    await this.#pause.done
    this.#pause = undefined
  }

  #forget(batch: readonly string[]): void {
    this.#waiting.splice(0, batch.length)
    for (const line of batch) this.#bytes -= line.length
  }
}
