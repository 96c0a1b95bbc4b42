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
  #isClosing = false
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

  /** Takes one line of JSON. */
  put(line: string): void {
    if (this.#waiting.length >= this.#limits.records || this.#bytes + line.length > this.#limits.bytes) {
      this.#dropped += 1
      return
    }
    this.#waiting.push(line)
    this.#bytes += line.length
    this.#running ??= this.#run()
  }

  /** Stores what is left, and gives up after `ms`. Resolves to the number of receipts that could not be stored. */
  async close(ms: number): Promise<number> {
    this.#isClosing = true
    const limit = pause(ms)
    while (this.#running !== undefined || this.#waiting.length > 0) {
      this.#running ??= this.#run()
      const isLate = await Promise.race([this.#running.then(() => false), limit.done.then(() => true)])
      if (isLate) break
    }
    limit.cancel()
    return this.#waiting.length
  }

  async #run(): Promise<void> {
    let wait = firstRetryMs
    if (!this.#isClosing) await pause(gatherMs).done
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, batchSize)
      try {
        await this.#append(batch)
        this.#lastFault = undefined
        this.#forget(batch)
        wait = firstRetryMs
      } catch (error) {
        this.#lastFault = error
        await pause(wait).done
        wait = Math.min(longestRetryMs, wait * 2)
      }
    }
    this.#running = undefined
  }

  #forget(batch: readonly string[]): void {
    this.#waiting.splice(0, batch.length)
    for (const line of batch) this.#bytes -= line.length
  }
}
