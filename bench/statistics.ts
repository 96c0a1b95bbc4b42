/** The few numbers that describe many. */

/** In the unit of the values. */
export interface Spread {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** Several repetitions of one measurement. */
export interface Repeated {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** Sorts the list it is given. */
export function summarize(values: number[]): Spread {
  values.sort((a, b) => a - b)
  const at = (share: number): number => values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}

export function repeated(values: readonly number[]): Repeated {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { median, min: sorted[0]!, max: sorted.at(-1)! }
}

/** The spread of samples that were all taken anew in every turn: of each its median, so that what disturbs a turn does not show. */
export function spreadOfMedians(turns: readonly (readonly number[])[]): Spread {
  return summarize(turns[0]!.map((_, sample) => repeated(turns.map((times) => times[sample]!)).median))
}

/** The share of waits between 35 and 45 milliseconds; 0 for none. */
export function plateau(milliseconds: readonly number[]): number {
  if (milliseconds.length === 0) return 0
  return milliseconds.filter((wait) => wait >= 35 && wait <= 45).length / milliseconds.length
}
