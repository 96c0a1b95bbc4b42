/** What calls lack of their counters is asked of the bank: for all that wait, in one exchange at a time, and given out in the order they came. */

import type { Want } from './charges.ts'
import type { Bank } from './counter.ts'
import type { Hold } from './shares-hold.ts'
import { amountOf, type Share } from './shares-part.ts'

/** What became of a call: it holds all that it wanted, or nothing. */
export type Taken =
  | { readonly hold: Hold }
  /** The first that it lacks, in how many milliseconds it may be there (undefined: never, or nobody knows), and how much there is now. */
  | { readonly short: Want; readonly retryAfterMs: number | undefined; readonly left: number }
  /** The store did not answer in time. */
  | { readonly fault: 'store'; readonly want: Want }

/** The clocks of the process, in milliseconds. */
export interface Clocks {
  /** Never goes back. */
  monotonic(): number
  /** Since 1970: until the store has told its own. */
  now(): number
  /** Calls back after so long. */
  after(ms: number, run: () => void): { cancel(): void }
}

export interface AskingOptions {
  readonly bank: Bank
  readonly clocks: Clocks
  /** Milliseconds that the bank may take to answer. */
  readonly patience: number
  /** Milliseconds that what this process holds stays its own after it was heard of last. */
  readonly lease: number
}

/** A call that lacks something. */
interface Waiting {
  readonly wants: readonly Want[]
  readonly shares: readonly Share[]
  readonly resolve: (taken: Taken) => void
  /** Which of them it lacks. */
  lacking: number
  /** How often others had time to give back. */
  pauses: number
  isOver: boolean
}

/** Milliseconds in which others may give back what they do not need: a quarter of a second in all, in which their sweeps come round twice. */
const pauses: readonly number[] = [60, 190]
/** Calls that wait at once; counters in one exchange. */
const mostWaiting = 10_000
export const mostAsks = 500

export class Asking {
  readonly #options: AskingOptions
  /** Makes the hold of a call where all its shares have enough; else tells which has not. */
  readonly #reserve: (wants: readonly Want[], shares: readonly Share[]) => Hold | number
  /** Those of the exchange that is under way, and those of the next one: with those that rest, `mostWaiting`. */
  #asked: readonly Waiting[] = []
  #waiting: Waiting[] = []
  #resting = 0
  #isAsking = false
  /** The bank has not answered for longer than it may. */
  #isStuck = false
  #leaseEnd = -Infinity
  /** The store's clock before the monotonic one. */
  #ahead: number | undefined

  constructor(options: AskingOptions, reserve: (wants: readonly Want[], shares: readonly Share[]) => Hold | number) {
    this.#options = options
    this.#reserve = reserve
  }

  /** Milliseconds since 1970 by the store's clock, as far as it is known. */
  get time(): number {
    return this.timeAt(this.#options.clocks.monotonic())
  }

  /** The same, where the monotonic clock shows so much. */
  timeAt(at: number): number {
    return this.#ahead === undefined ? this.#options.clocks.now() : at + this.#ahead
  }

  /** Until then, by the monotonic clock, what is free here is ours. */
  get leaseEnd(): number {
    return this.#leaseEnd
  }

  /** Never rejects. */
  wait(wants: readonly Want[], shares: readonly Share[], lacking: number): Taken | Promise<Taken> {
    if (this.#isStuck || this.#asked.length + this.#waiting.length + this.#resting >= mostWaiting) return { fault: 'store', want: wants[lacking]! }
    const { promise, resolve } = Promise.withResolvers<Taken>()
    this.#waiting.push({ wants, shares, resolve, lacking, pauses: 0, isOver: false })
    void this.#run()
    return promise
  }

  /** Says how we stand with these, unless something is being asked. */
  async tell(shares: readonly Share[]): Promise<void> {
    if (this.#isAsking || shares.length === 0) return
    this.#isAsking = true
    for (const share of shares) share.clear()
    await this.#exchange(shares)
    this.#isAsking = false
    void this.#run()
  }

  /** Rejects where the bank does. */
  async keep(): Promise<void> {
    const { bank, clocks, lease } = this.#options
    const sentAt = clocks.monotonic()
    await bank.keep(lease)
    this.#leaseEnd = sentAt + lease
    if (this.#ahead === undefined) this.#setClock((await bank.exchange([])).at)
  }

  async #run(): Promise<void> {
    if (this.#isAsking || this.#waiting.length === 0) return
    this.#isAsking = true
    // All that lack something in this turn are asked for together.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      this.#asked = this.#waiting
      this.#waiting = []
      const isAnswered = await this.#exchange(lackingOf(this.#asked))
      for (const one of this.#asked) this.#decide(one, isAnswered)
      this.#asked = []
    }
    this.#isAsking = false
  }

  /** Whether the bank answered. */
  async #exchange(shares: readonly Share[]): Promise<boolean> {
    const { bank, clocks, patience } = this.#options
    const asks = shares.map((share) => share.ask())
    const timer = clocks.after(patience, () => this.#giveUp())
    try {
      if (clocks.monotonic() >= this.#leaseEnd) await this.keep()
      const { at, states } = await bank.exchange(asks)
      this.#setClock(at)
      for (let index = 0; index < shares.length; index += 1) shares[index]!.hear(asks[index]!, states[index]!, clocks.monotonic())
      return true
    } catch {
      for (const share of shares) share.miss()
      return false
    } finally {
      timer.cancel()
      this.#isStuck = false
    }
  }

  #setClock(at: number): void {
    this.#ahead = at - this.#options.clocks.monotonic()
  }

  /** An answer that comes later is heard, but nobody waits for it. */
  #giveUp(): void {
    this.#isStuck = true
    for (const one of this.#asked) fail(one)
    for (const one of this.#waiting) fail(one)
  }

  #decide(one: Waiting, isAnswered: boolean): void {
    if (one.isOver) return
    const hold = this.#reserve(one.wants, one.shares)
    if (typeof hold !== 'number') return end(one, { hold })
    one.lacking = hold
    const share = one.shares[hold]!
    if (!isAnswered) fail(one)
    // It was there before, and somebody took it meanwhile.
    else if (!share.isAsked) this.#waiting.push(one)
    else if (share.elsewhere > 0 && one.pauses < pauses.length) this.#rest(one)
    else end(one, this.#refuse(one.wants[hold]!, share))
  }

  /** What this call was told the next ones are told for a moment, and no longer, however many they are. */
  #refuse(want: Want, share: Share): Taken {
    const at = this.#options.clocks.monotonic()
    const amount = amountOf(want)
    share.dryUp(amount, at, share.retryAfter(amount, at, this.time))
    return refusalOf(want, share, at, this.time)
  }

  #rest(one: Waiting): void {
    this.#resting += 1
    this.#options.clocks.after(pauses[one.pauses]!, () => {
      this.#resting -= 1
      if (this.#isStuck) return fail(one)
      this.#waiting.push(one)
      void this.#run()
    })
    one.pauses += 1
  }
}

export function refusalOf(want: Want, share: Share, at: number, time: number): Taken {
  return { short: want, retryAfterMs: share.retryAfter(amountOf(want), at, time), left: share.remaining(at) }
}

const fail = (one: Waiting): void => end(one, { fault: 'store', want: one.wants[one.lacking]! })

function end(one: Waiting, taken: Taken): void {
  if (one.isOver) return
  one.isOver = true
  one.resolve(taken)
}

/** The shares that have too little for all of these calls, with what they need. */
function lackingOf(waiting: readonly Waiting[]): readonly Share[] {
  const found = new Set<Share>()
  for (const { shares } of waiting) for (const share of shares) share.clear()
  for (const { wants, shares, isOver } of waiting) {
    for (let at = 0; at < (isOver ? 0 : shares.length); at += 1) {
      shares[at]!.need(amountOf(wants[at]!))
      found.add(shares[at]!)
    }
  }
  const lacking = [...found].filter(({ lacks }) => lacks).slice(0, mostAsks)
  for (const share of lacking) share.isAsked = true
  return lacking
}
