/** What a call takes of the counters of its limits and budgets. */

import type { CounterTerms } from './counter.ts'
import type { Budget, Limit } from './limit.ts'
import type { Holder } from './scope.ts'

/** A call, as far as counters go by it. */
export interface Demand {
  readonly model: string
  readonly provider: string
  readonly labels: Readonly<Record<string, string>> | null
  /** Tokens in and out, at most. */
  readonly tokens: number
  /** Nano-dollars at most; null where nobody knows the price. */
  readonly cost: number | null
}

/** So much of one counter. */
export interface Want {
  readonly terms: CounterTerms
  readonly amount: number
  readonly rule: Limit | Budget
}

/** Those that may be about the calls of one caller. */
export interface Charges {
  readonly limits: readonly Limit[]
  readonly budgets: readonly Budget[]
  readonly holder: Holder
}
