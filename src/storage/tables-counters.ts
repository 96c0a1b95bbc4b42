/** The tables of counters: how they are made, and as queries see them. The same names and types in both databases. */

/** Of migration 0008. SQLite has one writer for a file: calls do not wait for receipts, since counters stand in another one. */
export const counterTables = (type: { readonly [name in 'id' | 'integer' | 'real' | 'table' | 'sorted']: string }): readonly string[] => [
  `create table counters (
    id ${type.id} not null,
    window_from ${type.integer} not null,
    taken ${type.integer} not null,
    filled_at ${type.real} not null,
    capacity ${type.integer} not null,
    ends_at ${type.integer},
    primary key (id, window_from)
  )${type.sorted}`,
  'create index counters_by_end on counters (ends_at) where ends_at is not null',
  `create table shares (
    counter ${type.id} not null,
    window_from ${type.integer} not null,
    instance ${type.id} not null,
    held ${type.integer} not null,
    primary key (counter, window_from, instance)
  )${type.sorted}`,
  'create index shares_by_instance on shares (instance)',
  `create table holders (instance ${type.id} primary key, ends_at ${type.integer} not null)${type.table}`,
]

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
