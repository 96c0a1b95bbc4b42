/** How a bank answers what a process asks of one counter: the arithmetic, the same for every store. */

import type { CounterAsk, CounterState, CounterTerms } from './counter.ts'

/** What a bank knows of a counter. */
export interface Account {
  /** Of a bucket: what is missing in it. Of a window: what was spent of it, and the debt of the one before. Of slots: 0. */
  readonly taken: number
  /** Up to when a bucket was filled up, in milliseconds since 1970 with fractions. */
  readonly at: number
  /** What the process that asks has of it; undefined where the bank has forgotten, or never knew. */
  readonly own: number | undefined
  /** What all others have of it, as far as they live. */
  readonly elsewhere: number
}

export interface Answer {
  readonly taken: number
  readonly at: number
  /** What the process has of it now. */
  readonly held: number
  readonly state: CounterState
}

/** A process may take so many milliseconds to find out that a window has begun or ended. */
const tolerance = 10_000
/** Of what is free, a process is given one part in so many beyond what it needs: ever less as it runs low. */
const slices = 16
const hourMs = 3_600_000

/** `now` is the bank's clock, in milliseconds since 1970. Where it was set back, nothing is filled up until it has come as far again. */
export function answerAsk(ask: CounterAsk, account: Account, now: number): Answer {
  const { terms, held, used } = ask
  const { taken, at } = terms.kind === 'bucket' ? filled(terms, account, now) : account
  // What it held and has not used is put back; what it used and did not hold is a debt.
  const stays = terms.kind === 'bucket' ? within(taken + held + used - (account.own ?? held + used)) : taken
  const others = terms.kind === 'bucket' ? 0 : held + account.elsewhere
  const free = isOpen(terms, now) ? within(terms.capacity - stays - others, -Number.MAX_SAFE_INTEGER) : 0
  const granted = give(ask, free)
  return {
    taken: terms.kind === 'bucket' ? within(stays + granted) : stays,
    at,
    held: held + granted,
    state: { granted, left: free - granted, elsewhere: account.elsewhere },
  }
}

/** A bucket as time has filled it up. Parts of one are not lost: the time that they took counts for the next. */
function filled({ capacity, period }: CounterTerms & { readonly kind: 'bucket' }, { taken, at }: Account, now: number): Pick<Account, 'taken' | 'at'> {
  if (taken === 0) return { taken, at: Math.max(at, now) }
  if (now <= at || capacity === 0) return { taken, at }
  const amount = Math.floor(((now - at) / period) * capacity)
  return amount >= taken ? { taken: 0, at: now } : { taken: taken - amount, at: at + (amount / capacity) * period }
}

/**
 * When nothing of a counter needs to be known any more, in milliseconds since 1970; null where that is never. Windows stay for their debts.
 * In whole hours, so that it seldom changes.
 */
export function endOf(terms: CounterTerms, { taken, at }: Pick<Account, 'taken' | 'at'>, now: number): number | null {
  switch (terms.kind) {
    case 'bucket':
      return hourAfter(Math.max(at, now) + (taken / Math.max(terms.capacity, 1)) * terms.period)
    case 'window':
      return terms.to === null ? null : hourAfter(terms.to + 2 * (terms.to - terms.from))
    case 'slots':
      return hourAfter(now)
  }
}

const hourAfter = (at: number): number => Math.min((Math.floor(at / hourMs) + 2) * hourMs, Number.MAX_SAFE_INTEGER)

const isOpen = (terms: CounterTerms, now: number): boolean =>
  terms.kind !== 'window' || (now >= terms.from - tolerance && (terms.to === null || now < terms.to + tolerance))

function give({ least, most }: CounterAsk, free: number): number {
  if (most === 0 || free <= 0 || free < least) return 0
  return Math.min(free, Math.max(most, Math.floor(free / slices)))
}

const within = (amount: number, least = 0): number => Math.min(Math.max(amount, least), Number.MAX_SAFE_INTEGER)
