/** How many retries of one and the same target all calls together may make: a provider in trouble is not helped by being asked more. */

/** Seconds that are looked back on. */
const span = 10

/** A share of the calls of the last ten seconds, and a floor for quiet hours. Going on to another target is free of it. */
export class RetryBudget {
  /** Calls and retries of each second, in a ring. */
  readonly #calls = new Uint32Array(span)
  readonly #retries = new Uint32Array(span)
  #second = 0
  /** Of all time, for who counts. */
  granted = 0
  refused = 0

  /** `time` is milliseconds of the monotonic clock, here and below. */
  noteCall(time: number): void {
    this.#calls[this.#at(time)]! += 1
  }

  /** Takes one retry, if there is one left. `share` is of calls, `floor` is per second. */
  take(time: number, share: number, floor: number): boolean {
    const at = this.#at(time)
    const calls = sum(this.#calls)
    const retries = sum(this.#retries)
    // The floor holds for each second by itself: a quiet time is not saved up for a burst.
    if (this.#retries[at]! >= floor && retries >= calls * share) {
      this.refused += 1
      return false
    }
    this.granted += 1
    this.#retries[at]! += 1
    return true
  }

  /** Forgets what is older than the span. */
  #at(time: number): number {
    const second = Math.floor(time / 1000)
    for (let gone = Math.min(span, second - this.#second); gone > 0; gone -= 1) {
      const at = (second - gone + 1) % span
      this.#calls[at] = this.#retries[at] = 0
    }
    this.#second = Math.max(this.#second, second)
    return this.#second % span
  }
}

const sum = (counts: Uint32Array): number => counts.reduce((total, count) => total + count, 0)
