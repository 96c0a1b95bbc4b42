/** What limits and budgets say: the data of them, as it is stored. */

import type { Holding, Scope } from './scope.ts'

export const measures = ['requests', 'tokens', 'cost', 'concurrency'] as const
export type Measure = (typeof measures)[number]

/** What a counter is kept by beside the scope: each has its own. `label:team` is a value of the client's metadata; who sends none shares one counter. */
export type Each = Holding | 'model' | 'provider' | `label:${string}`

/** The calls that it is about. Patterns of models are caseless, and may have a `*`; empty lists mean all. */
interface Range {
  readonly id: string
  /** The tenant whose it is, and of whose calls alone it is then; null where it is the installation's. */
  readonly tenant: string | null
  readonly scope: Scope
  readonly each: readonly Each[]
  readonly models: readonly string[]
  readonly providers: readonly string[]
}

export interface Limit extends Range {
  readonly measure: Measure
  /** Requests, tokens or calls at once; nano-dollars of cost. 0 suspends. */
  readonly amount: number
  /** Milliseconds in which that much may be used; unused for concurrency. */
  readonly window: number
  /** What may come at once; `amount` where absent. */
  readonly burst?: number
  /** Calls that may wait for it, and for how long in milliseconds. */
  readonly queue: { readonly calls: number; readonly time: number }
  readonly onStoreError: 'allow' | 'deny'
}

export const periods = ['day', 'week', 'month', 'total'] as const
export type Period = (typeof periods)[number]

export interface Budget extends Range {
  /** Nano-dollars. 0 suspends. */
  readonly amount: number
  readonly period: Period
  /** An IANA name: days, weeks (from Monday) and months begin at its midnight. */
  readonly timeZone: string
  /** Percent of the amount at which somebody is told, once in a period. */
  readonly alerts: readonly number[]
  readonly status: 402 | 429
  /** What becomes of a call whose price nobody knows. */
  readonly unpriced: 'refuse' | 'allow'
}
