/** The part of one counter that this process has: what is free of it here, and what its calls hold. */

import type { Want } from './charges.ts'
import type { CounterAsk, CounterState, CounterTerms } from './counter.ts'

/** Milliseconds for which a call is told what the one before heard, that there is nothing. */
const dryMs = 100

/** A whole amount that numbers can tell; what is none counts as the most. */
export function wholeOf(amount: number): number {
  if (amount >= 0 && amount <= Number.MAX_SAFE_INTEGER) return Math.ceil(amount)
  return amount < 0 ? 0 : Number.MAX_SAFE_INTEGER
}

/** A call takes one at least; only of money that is not suspended it may need nothing. */
export const amountOf = ({ terms, amount }: Want): number => Math.max(terms.kind === 'window' && terms.capacity > 0 ? 0 : 1, wholeOf(amount))

export class Share {
  terms: CounterTerms
  /** Taken by nobody. */
  free = 0
  /** By calls under way; of windows also by those whose receipts are not in the index yet. */
  reserved = 0
  /** Of a bucket: used up, and not said yet. */
  used = 0
  /** When it was last asked for, by the monotonic clock. */
  usedAt = 0
  /** What all that wait need of it, and the smallest of them. */
  most = 0
  least = 0
  /** Whether the bank is asked for it in this exchange. */
  isAsked = false
  /** In the store and elsewhere, as it said last, and when that was; NaN until it has. */
  left = Number.NaN
  elsewhere = 0
  heardAt = 0
  /** What the store has for us; NaN where we do not know. */
  #told = 0
  #dryUntil = 0
  #dryFrom = 0

  constructor(terms: CounterTerms) {
    this.terms = terms
  }

  /** Nobody waits for it. */
  clear(): void {
    this.most = 0
    this.least = 0
    this.isAsked = false
  }

  /** One more of those that wait needs so much. */
  need(amount: number): void {
    this.least = this.most === 0 ? amount : Math.min(this.least, amount)
    this.most = Math.min(this.most + amount, Number.MAX_SAFE_INTEGER)
  }

  /** Whether what is here is too little for all that wait. Who wants nothing of it wants to know how it stands. */
  get lacks(): boolean {
    return this.most > this.free || this.terms.capacity === 0 || Number.isNaN(this.left)
  }

  /** Whether the store has said how it stands. */
  get isKnown(): boolean {
    return !Number.isNaN(this.left)
  }

  /** Whether it was there, and is reserved now. */
  reserve(amount: number): boolean {
    if (this.free < amount || this.terms.capacity === 0 || (amount === 0 && Number.isNaN(this.left))) return false
    this.free -= amount
    this.reserved += amount
    return true
  }

  giveBack(amount: number): void {
    this.reserved -= amount
    this.free += amount
  }

  /** Of a bucket: so much was used in the place of what was reserved. What is more is taken from what is free here, and from the store where that is not enough. */
  use(reserved: number, actual: number): void {
    this.reserved -= reserved
    this.free = Math.max(0, this.free + reserved - actual)
    this.used = Math.min(this.used + actual, Number.MAX_SAFE_INTEGER)
  }

  /** Of a window: so much stays reserved in the place of what was. */
  correct(reserved: number, actual: number): void {
    this.reserved = Math.min(this.reserved + actual - reserved, Number.MAX_SAFE_INTEGER)
    this.free = Math.max(0, this.free + reserved - actual)
  }

  /** Of a window: so much stands in the index, and is known to the store as spent. */
  release(amount: number): void {
    this.reserved -= amount
  }

  /** Nothing of it is ours any more, but what calls hold: the lease has ended. */
  lapse(): void {
    if (this.terms.kind !== 'bucket') this.free = 0
    this.#told = Number.NaN
  }

  /** Whether the store has more or less for us than we hold, what is free left out. */
  get isUntold(): boolean {
    return this.#told !== this.reserved || this.used > 0
  }

  /** Whether more was used than we had. */
  get isInDebt(): boolean {
    return this.reserved + this.free + this.used > this.#told
  }

  /** Nothing of it is held, and the store knows. */
  get isIdle(): boolean {
    return this.#told === 0 && this.reserved === 0 && this.free === 0 && this.used === 0
  }

  isDry(amount: number, at: number): boolean {
    return at < this.#dryUntil && amount >= this.#dryFrom
  }

  /** Nobody has that much, as the store said now: the next call need not ask. */
  dryUp(amount: number, at: number, retryAfter = dryMs): void {
    this.#dryFrom = amount
    this.#dryUntil = at + Math.min(dryMs, retryAfter)
  }

  /** What is free here goes back first, so that two processes never wait for each other with half of what they need in hand. */
  ask(): CounterAsk {
    this.free = 0
    const { terms, least, most, reserved: held, used } = this
    return { terms, least, most, held, used }
  }

  hear(ask: CounterAsk, { granted, left, elsewhere }: CounterState, at: number): void {
    this.free += granted
    this.used -= ask.used
    this.#told = ask.held + granted
    this.left = left
    this.elsewhere = elsewhere
    this.heardAt = at
  }

  /** Whether it was done nobody knows: we say it again. */
  miss(): void {
    this.#told = Number.NaN
  }

  /** What there is, as far as it is known here. */
  remaining(at: number): number {
    const { terms, free, left, heardAt } = this
    const refilled = terms.kind === 'bucket' ? Math.floor(((at - heardAt) / terms.period) * terms.capacity) : 0
    return Math.max(0, Math.min(terms.capacity, (Number.isNaN(left) ? terms.capacity : left + refilled) + free))
  }

  /** Milliseconds until that much is there; undefined where it will never be, or nobody knows. `time` is the store's, `at` of the monotonic clock. */
  retryAfter(amount: number, at: number, time: number): number | undefined {
    const { terms, free, left, heardAt } = this
    if (amount > terms.capacity || terms.capacity === 0) return undefined
    switch (terms.kind) {
      case 'bucket':
        return Math.max(0, Math.ceil(((amount - free - left) / terms.capacity) * terms.period - (at - heardAt)))
      case 'window':
        return terms.to === null ? undefined : Math.max(0, Math.ceil(terms.to - time))
      case 'slots':
        return undefined
    }
  }
}
