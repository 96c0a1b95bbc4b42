/** What a call took of its counters, until it is said what it really used. */

import { wholeOf, type Share } from './shares-part.ts'

export class Hold {
  readonly #shares: readonly Share[]
  /** Of each share; of windows what they are settled with, once they are. */
  readonly #amounts: number[]
  readonly #unindexed: Map<string, Hold>
  /** Another one of the same receipt. */
  #next: Hold | undefined
  #isSettled = false

  constructor(shares: readonly Share[], amounts: number[], unindexed: Map<string, Hold>) {
    this.#shares = shares
    this.#amounts = amounts
    this.#unindexed = unindexed
  }

  /**
   * Once: so much was used, of each that was wanted, in that order. What was reserved beyond it is free again; what is more is a debt.
   * What was used of windows stays reserved until `Shares.indexed` hears of that receipt; without one it is free at once.
   */
  settle(actual: readonly number[], receipt?: string): void {
    if (this.#isSettled) return
    this.#isSettled = true
    let hasSpent = false
    for (let at = 0; at < this.#shares.length; at += 1) hasSpent = this.#settle(at, wholeOf(actual[at] ?? 0)) || hasSpent
    if (hasSpent && receipt !== undefined) this.#wait(receipt)
    else this.release()
  }

  /** Whether something was used of a window. */
  #settle(at: number, actual: number): boolean {
    const share = this.#shares[at]!
    const reserved = this.#amounts[at]!
    switch (share.terms.kind) {
      case 'bucket':
        share.use(reserved, actual)
        return false
      case 'slots':
        share.giveBack(reserved)
        return false
      case 'window':
        share.correct(reserved, actual)
        this.#amounts[at] = actual
        return actual > 0
    }
  }

  #wait(receipt: string): void {
    this.#next = this.#unindexed.get(receipt)
    this.#unindexed.set(receipt, this)
  }

  /** What was used of windows is known to the store as spent, by the receipt that it waited for. */
  release(): void {
    for (let at = 0; at < this.#shares.length; at += 1) {
      const share = this.#shares[at]!
      if (share.terms.kind === 'window') share.release(this.#amounts[at]!)
    }
    this.#next?.release()
  }
}
