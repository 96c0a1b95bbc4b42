/** What differs between the two databases. Everything else in this folder is written once. */

import type { Kysely } from 'kysely'
import type { IndexEntry } from '../receipts/index-entry.ts'
import type { TypeNames } from './migrations.ts'
import type { Progress } from './progress.ts'
import type { Tables } from './tables.ts'

export interface Engine {
  readonly db: Kysely<Tables>
  readonly types: TypeNames
  /** Which database it is, for messages: a path, or host and name; never a password. */
  readonly place: string
  /** How to go back to what was before an upgrade, as a sentence. */
  readonly restoring: string
  /** The names of a table's columns; none where there is no such table. */
  columnsOf(db: Kysely<Tables>, table: keyof Tables): Promise<readonly string[]>
  /** Keeps every other upgrade out until the transaction ends. */
  lock(transaction: Kysely<Tables>): Promise<void>
  /** Keeps everybody from adding to the sums by single values until the transaction ends. */
  lockValueSums(transaction: Kysely<Tables>): Promise<void>
  /** Reads the tables of counters beside all others. */
  withCounters<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T>
  /** Copies the whole database aside and reads the copy back. Throws `StorageError` `refused` where that fails. */
  backUp(): Promise<void>
  /** Whether the lines of receipts are wanted in entries: readers of a database that a fleet shares may not have the log on their disk. */
  readonly keepsLines: boolean
  /** Stores entries, and how far a log is indexed, in one transaction. Those that are new are added up, then or later, once. */
  append(entries: readonly IndexEntry[], progress: Progress | undefined): Promise<void>
  /** Adds up what was not yet: to be asked before the rollups are read. */
  addUp(): Promise<void>
  /** Leaves nothing of what was deleted beside the tables, as far as nobody else is reading them. */
  scrub(): Promise<void>
  close(): Promise<void>
}
