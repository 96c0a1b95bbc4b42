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

/**
 * What one process asks of the store for one counter. Amounts are whole: requests, tokens, nano-dollars or calls under way.
 * It says how it stands, not what has changed: an ask whose answer was lost may come again, and at worst too little is given out.
 */
export interface CounterAsk {
  readonly terms: CounterTerms
  /** What the smallest of the calls that wait needs: less than that is not given. 0 where nothing is needed. */
  readonly least: number
  /** What all calls that wait need together: given as far as it is there, and beyond it up to a sixteenth of what is free, so that the next ones need not ask. */
  readonly most: number
  /** What this process has of it before this ask, by its own count: what the store has for it beyond that, and beyond `used`, is free again. */
  readonly held: number
  /** Of a bucket: of what it had, what was used up for good since it last said so. What is more than it had is a debt. Else 0. */
  readonly used: number
}

export interface CounterState {
  /** What this process holds beyond `held` now. */
  readonly granted: number
  /** Free in the store after that; below 0 where there is a debt. */
  readonly left: number
  /** Held by other processes, which may give some of it back. */
  readonly elsewhere: number
}

/**
 * Where counters are kept: memory, the database or Redis. All asks of one exchange are done together or not at all.
 * What a process held of windows and slots is free where its lease has ended. Of a bucket it stays taken, since some of it may have been
 * used: time fills it up again. What it says it holds is so, though the store has forgotten it.
 */
export interface Bank {
  /** Resolves to the states in the order of the asks, and to the store's own clock, in milliseconds since 1970. Rejects where the store does not answer. */
  exchange(asks: readonly CounterAsk[]): Promise<{ readonly at: number; readonly states: readonly CounterState[] }>
  /** Says that this process lives: what it holds stays its own for so many more milliseconds. */
  keep(ms: number): Promise<void>
  /** Gives everything back that this process holds. */
  close(): Promise<void>
}
