/** Keeps the client of a stream company while the provider is silent. */

import { monotonic } from '../base/clock.ts'
import { unwatch, watch, type Watched } from '../base/watch.ts'

/**
 * Comments when the status has been held back for `hold` milliseconds, and then whenever nothing
 * has been written for `every`.
 */
export class Patience implements Watched {
  place = -1
  readonly #every: number
  readonly #comment: () => void
  #next: number
  #hasWritten = false

  constructor(hold: number, every: number, comment: () => void) {
    this.#every = every
    this.#comment = comment
    this.#next = monotonic() + hold
    watch(this)
  }

  /** Something was written: the client knows that we live. */
  note(): void {
    this.#hasWritten = true
  }

  stop(): void {
    unwatch(this)
  }

  look(time: number): void {
    if (time < this.#next) return
    this.#next = time + this.#every
    if (!this.#hasWritten) this.#comment()
    this.#hasWritten = false
  }
}
