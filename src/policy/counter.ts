/** Counters that all processes of an installation share, and the part of them that one process holds. */

/**
 * - `bucket`: fills up again steadily, from nothing to `capacity` in `period`; less than nothing is a debt, which is filled up first.
 * - `window`: `capacity` for all of a stretch of time; what was spent beyond it is taken from the next one.
 * - `slots`: so many at once; they are given back.
 */
export type CounterTerms = { readonly id: string; readonly capacity: number } & (
  | { readonly kind: 'bucket'; readonly period: number }
  | { readonly kind: 'window'; readonly from: number; readonly to: number | null; readonly before: number | null }
  | { readonly kind: 'slots' }
)

/** What one process asks of the store for one counter. Amounts are whole: requests, tokens, nano-dollars or calls under way. */
export interface CounterAsk {
  readonly terms: CounterTerms
  /** What is needed now; nothing is given where not all of it is there, but for slots and buckets where a part serves some of the calls that wait. */
  readonly least: number
  /** What may be given beyond that, so that the next calls need not ask. */
  readonly most: number
  /** Of what this process holds: no longer needed, and free for others. */
  readonly returned: number
  /** Of what this process holds: used up for good. More than it holds is a debt. */
  readonly used: number
}

export interface CounterState {
  /** What this process holds more of now. */
  readonly granted: number
  /** Free in the store after that; below 0 where there is a debt. */
  readonly left: number
  /** Held by other processes, which may give some of it back. */
  readonly elsewhere: number
}

/** Where counters are kept: memory, the database or Redis. All asks of one exchange are done together or not at all. */
export interface Bank {
  /** Resolves to the states in the order of the asks, and to the store's own clock, in milliseconds since 1970. Rejects where the store does not answer. */
  exchange(asks: readonly CounterAsk[]): Promise<{ readonly at: number; readonly states: readonly CounterState[] }>
  /** Says that this process lives: what it holds stays its own for so many more milliseconds. */
  keep(ms: number): Promise<void>
  /** Gives everything back that this process holds. */
  close(): Promise<void>
}
