/** What this process has of the counters that all share: calls take from it at once, and the bank is asked for what is lacking. */

import type { Want } from './charges.ts'
import type { CounterTerms } from './counter.ts'
import { Asking, mostAsks, refusalOf, type AskingOptions, type Taken } from './shares-asking.ts'
import { Hold } from './shares-hold.ts'
import { amountOf, Share } from './shares-part.ts'

export type { Clocks, Taken } from './shares-asking.ts'
export type { Hold } from './shares-hold.ts'

/** What a client may be told of a counter, as far as it is known here. */
export interface CounterView {
  readonly limit: number
  readonly remaining: number
  /** Milliseconds until all of it is there again; undefined where nobody knows. */
  readonly fullAfterMs: number | undefined
}

/** A counter that somebody looked at. */
export interface Looked extends Pick<CounterView, 'limit' | 'remaining'> {
  readonly id: string
}

/** Counters in use. Those beyond that are refused as if the store were away, unless another one rests. */
const mostShares = 20_000
/** What is free here and was not asked for in that many milliseconds goes back. */
const idleMs = 100
/** Longer than any call waits: whoever waits for a counter finds it where it was. */
const restingMs = 5000
/** So many are looked at for one that rests, the oldest first. */
const mostLooks = 100
/** Calls that have ended, and whose receipts are not in the index yet. */
const mostUnindexed = 100_000

export class Shares {
  readonly #clocks: AskingOptions['clocks']
  readonly #asking: Asking
  /** By the counter's id; bounded by `mostShares`. */
  readonly #shares = new Map<string, Share>()
  /** Of counters that have other terms now, a window that is over as a rule: until nothing of them is held. */
  readonly #past = new Map<string, Share>()
  /** By the receipt; bounded by `mostUnindexed`. */
  readonly #unindexed = new Map<string, Hold>()
  /** The end of the last lease that was not renewed in time. */
  #lapsed = -Infinity

  constructor(options: AskingOptions) {
    this.#clocks = options.clocks
    this.#asking = new Asking(options, (wants, shares) => this.#reserve(wants, shares))
  }

  /** Milliseconds since 1970, by the store's clock as soon as it was heard: windows go by it. */
  get time(): number {
    return this.#asking.time
  }

  /** All of that, or nothing. At once where it is here; else a promise, which never rejects. */
  take(wants: readonly Want[]): Taken | Promise<Taken> {
    const at = this.#clocks.monotonic()
    if (at >= this.#asking.leaseEnd) this.#lapse()
    const shares: Share[] = []
    for (const want of wants) {
      const share = this.#shareOf(want.terms)
      if (share === undefined) return { fault: 'store', want }
      share.usedAt = at
      shares.push(share)
    }
    const hold = this.#reserve(wants, shares)
    if (typeof hold !== 'number') return { hold }
    const [want, share] = [wants[hold]!, shares[hold]!]
    const amount = amountOf(want)
    if (amount > want.terms.capacity || share.isDry(amount, at)) return refusalOf(want, share, at, this.#asking.timeAt(at))
    return this.#asking.wait(wants, shares, hold)
  }

  stateOf({ id, capacity: limit }: CounterTerms): CounterView {
    const share = this.#shares.get(id)
    if (share === undefined) return { limit, remaining: limit, fullAfterMs: 0 }
    const at = this.#clocks.monotonic()
    const remaining = share.remaining(at)
    return { limit, remaining, fullAfterMs: remaining === limit ? 0 : share.retryAfter(limit, at, this.#asking.timeAt(at)) }
  }

  /**
   * How counters stand whose ids begin like this: those in use here, and `own` too, by what the bank says now if it answers. What nobody has
   * heard of yet is left out. Never rejects.
   */
  async look(under: string, own?: CounterTerms): Promise<readonly Looked[]> {
    if (own !== undefined) this.#shareOf(own)
    const found = [...this.#shares.values()].filter(({ terms: { id } }) => id === under || id.startsWith(`${under}|`))
    await this.#asking.tell(found.slice(0, mostAsks))
    const at = this.#clocks.monotonic()
    return found.flatMap((share) => (share.isKnown ? [{ id: share.terms.id, limit: share.terms.capacity, remaining: share.remaining(at) }] : []))
  }

  /** The transactions of these receipts are in the database: what they spent of windows is known to the store. */
  indexed(receipts: Iterable<string>): void {
    if (this.#unindexed.size === 0) return
    for (const receipt of receipts) {
      this.#unindexed.get(receipt)?.release()
      this.#unindexed.delete(receipt)
    }
  }

  /** Gives back what nobody asks for, and forgets what rests: to be called every 100 ms. Never rejects. */
  sweep(): Promise<void> {
    const at = this.#clocks.monotonic()
    const untold: Share[] = []
    for (const [id, share] of this.#shares) {
      if (share.isIdle && at - share.usedAt > restingMs) this.#shares.delete(id)
      else if (untold.length < mostAsks && isDue(share, at)) untold.push(share)
    }
    for (const [id, share] of this.#past) {
      if (share.isIdle && at - share.usedAt > restingMs) this.#past.delete(id)
      else if (untold.length < mostAsks && isDue(share, at)) untold.push(share)
    }
    return this.#asking.tell(untold)
  }

  /** Says that this process lives, and what it holds is its own. Rejects where the store does not answer. */
  keep(): Promise<void> {
    return this.#asking.keep()
  }

  #reserve(wants: readonly Want[], shares: readonly Share[]): Hold | number {
    const amounts: number[] = []
    for (let at = 0; at < shares.length; at += 1) {
      const amount = amountOf(wants[at]!)
      if (shares[at]!.reserve(amount)) {
        amounts.push(amount)
        continue
      }
      for (let before = 0; before < at; before += 1) shares[before]!.giveBack(amounts[before]!)
      return at
    }
    return new Hold(shares, amounts, this.#unindexed)
  }

  #shareOf(terms: CounterTerms): Share | undefined {
    const known = this.#shares.get(terms.id)
    if (known?.terms === terms) return known
    if (terms.kind === 'window' && this.#unindexed.size >= mostUnindexed) return undefined
    if (known !== undefined && isOne(known.terms, terms)) {
      known.terms = terms
      return known
    }
    if (known !== undefined) this.#past.set(windowOf(known.terms), known)
    else if (this.#shares.size >= mostShares && !this.#makeRoom()) return undefined
    // Who is not sure of the time goes back to a window that is over.
    const share = this.#past.get(windowOf(terms)) ?? new Share(terms)
    this.#past.delete(windowOf(terms))
    this.#shares.set(terms.id, share)
    return share
  }

  /** Whether one that rests could be forgotten. */
  #makeRoom(): boolean {
    const at = this.#clocks.monotonic()
    let looks = 0
    for (const [id, share] of this.#shares) {
      if (share.isIdle && at - share.usedAt > restingMs) return this.#shares.delete(id)
      looks += 1
      if (looks >= mostLooks) break
    }
    return false
  }

  /** The store may have given others what was free here. */
  #lapse(): void {
    if (this.#lapsed === this.#asking.leaseEnd) return
    this.#lapsed = this.#asking.leaseEnd
    for (const share of this.#shares.values()) share.lapse()
    for (const share of this.#past.values()) share.lapse()
  }
}

const isDue = (share: Share, at: number): boolean => share.isInDebt || (share.isUntold && at - share.usedAt >= idleMs)

/** Whether it is the same counter, though its capacity has changed. */
const isOne = (before: CounterTerms, terms: CounterTerms): boolean => before.kind === terms.kind && windowOf(before) === windowOf(terms)

const windowOf = (terms: CounterTerms): string => (terms.kind === 'window' ? `${terms.id} ${terms.from}` : terms.id)
