/** Closed receipts on their way to storage: bounded, off the event loop, and never in the way of a call. */

import { pause } from '../base/clock.ts'

export interface OutboxLimits {
  readonly records: number
  readonly bytes: number
}

/** Receipts that go to storage at once. */
const batchSize = 500
/** How long a receipt waits for others, in milliseconds: a batch costs more than a receipt in it. */
const gatherMs = 50
const firstRetryMs = 250
const longestRetryMs = 10_000

/** `missed`: so many were counted and not kept since the last that were stored. */
type Append<T> = (batch: readonly T[], missed: number) => Promise<void>

export class Outbox<T> {
  readonly #append: Append<T>
  readonly #limits: OutboxLimits
  /** Bounded by `OutboxLimits`; what comes when it is full is counted and not kept. */
  #waiting: T[] = []
  /** Of each that waits. */
  #sizes: number[] = []
  #bytes = 0
  #dropped = 0
  /** Of those dropped: that storage has not been told of. */
  #missed = 0
  #running: Promise<void> | undefined
  /** Its wait for others to come along, or for a storage that failed to recover. */
  #pause: { readonly done: Promise<void>; cancel(): void } | undefined
  #isClosing = false
  #hasGivenUp = false
  #lastFault: unknown

  constructor(append: Append<T>, limits: OutboxLimits) {
    this.#append = append
    this.#limits = limits
  }

  get depth(): number {
    return this.#waiting.length
  }

  get dropped(): number {
    return this.#dropped
  }

  /** Another one would be counted and lost. */
  get isFull(): boolean {
    return this.#hasGivenUp || this.#waiting.length >= this.#limits.records || this.#bytes >= this.#limits.bytes
  }

  /** Why the last try to store failed; undefined where it did not. */
  get lastFault(): unknown {
    return this.#lastFault
  }

  /** Takes one of so many bytes. Whether it did: when full and after the end it is counted and lost. */
  put(item: T, bytes: number): boolean {
    if (this.isFull || this.#bytes + bytes > this.#limits.bytes) {
      this.#dropped += 1
      this.#missed += 1
      return false
    }
    this.#waiting.push(item)
    this.#sizes.push(bytes)
    this.#bytes += bytes
    this.#running ??= this.#run()
    return true
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
    while ((this.#waiting.length > 0 || this.#missed > 0) && !this.#hasGivenUp) {
      if (!this.#isClosing && this.#waiting.length < batchSize) await this.#wait(gatherMs)
      const batch = this.#waiting.slice(0, batchSize)
      const missed = this.#missed
      try {
        await this.#append(batch, missed)
        this.#lastFault = undefined
        this.#missed -= missed
        this.#forget(batch.length)
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

  #forget(count: number): void {
    this.#waiting.splice(0, count)
    for (const bytes of this.#sizes.splice(0, count)) this.#bytes -= bytes
  }
}
