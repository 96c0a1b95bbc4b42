/** The tables of counters, as queries see them. The same names and types in both databases. */

/** A counter that all processes share; of a budget one for each window. */
export interface CounterRow {
  readonly id: string
  /** When the window began, in milliseconds since 1970; 0 of buckets and slots, which have none. */
  readonly window_from: number
  /** Of a bucket, what is missing in it; of a window, the debt that it began with. */
  readonly taken: number
  /** Up to when the bucket was filled up, with fractions of milliseconds. */
  readonly filled_at: number
  readonly capacity: number
  /** When nothing needs to be known of it any more; null where that is never. */
  readonly ends_at: number | null
}

/** What a process has of a counter. */
export interface ShareRow {
  readonly counter: string
  readonly window_from: number
  readonly instance: string
  readonly held: number
}

/** A process that has shares, and until when they are its own unless it is heard of again. */
export interface HolderRow {
  readonly instance: string
  readonly ends_at: number
}

/** Of a budget's counter: nano-dollars in the window that begins then. */
export interface SpendingRow {
  readonly counter: string
  readonly window_from: number
  readonly spent: number
}
