/** Keeps the client of a stream company while the provider is silent. */

/**
 * Begins the answer when the status has been held back for `hold` milliseconds, and sends a comment
 * whenever nothing has been written for `every`. One timer a stream; it looks at what happened when it fires.
 */
export class Patience {
  readonly #every: number
  readonly #comment: () => void
  #timer: NodeJS.Timeout
  #hasWritten = false

  constructor(hold: number, every: number, comment: () => void) {
    this.#every = every
    this.#comment = comment
    this.#timer = setTimeout(() => this.#fire(), hold)
  }

  /** Something was written: the client knows that we live. */
  note(): void {
    this.#hasWritten = true
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #fire(): void {
    if (!this.#hasWritten) this.#comment()
    this.#hasWritten = false
    this.#timer = setTimeout(() => this.#fire(), this.#every)
  }
}
