/** A database for one test, and what tests of stores say often. */

import assert from 'node:assert/strict'
import { dimensions, indexEntry, type IndexEntry, type Placed } from '../../src/receipts/index-entry.ts'
import { openRecord } from '../../src/receipts/opening.ts'
import type { ReceiptRecord } from '../../src/receipts/signals.ts'
import { StorageError } from '../../src/storage/errors.ts'
import type { StorageReason } from '../../src/storage/errors.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { migrations, type Migration } from '../../src/storage/migrations.ts'
import { openEngine, openStore } from '../../src/storage/open.ts'
import type { IndexedReceipt, ReceiptFilters, Store, StoreOptions } from '../../src/storage/store.ts'

export interface Place {
  readonly options: StoreOptions
  /** Runs SQL beside the store, and gives back the rows. */
  query(text: string): Promise<readonly Record<string, unknown>[]>
  /** How many backups stand beside it. */
  backups(): Promise<number>
}

export type StoreCases = { readonly [title: string]: (store: Store, place: Place) => Promise<void> }
export type PlaceCases = { readonly [title: string]: (place: Place) => Promise<void> }

export const refusal =
  (reason: StorageReason, said = /./) =>
  (error: unknown) => {
    assert.ok(error instanceof StorageError, `not a StorageError: ${String(error)}`)
    assert.equal(error.reason, reason, error.message)
    assert.match(error.message, said)
    return true
  }

/** A receipt as the call of a test left it. */
export const record = (signals: Partial<ReceiptRecord> = {}): ReceiptRecord => ({ ...openRecord(opening), created_at: 1_790_000_000_000, ...signals })

// oxfmt-ignore
const opening = {
  instance: 'ins_test', version: '0', build: '0', config: '0', requestId: 'req_test', traceId: null, client: 'curl', surface: 'openai-chat', operation: 'chat',
}

/** Where an entry would stand of a log that nobody wrote. */
export const placed = (position: number, log = `log_${'0'.repeat(32)}`): Placed => ({ log, position, offset: position * 1000, length: 1000 })

export const entry = (signals: Partial<ReceiptRecord> = {}, place: Placed = placed(0)): IndexEntry => indexEntry(record(signals), place)

/** All receipts of a store that fit, page by page. */
export async function everyReceipt(store: Store, filters: ReceiptFilters = {}, limit = 200): Promise<readonly IndexedReceipt[]> {
  const found: IndexedReceipt[] = []
  let cursor: string | undefined
  do {
    const page = await store.receipts.list({ ...filters, limit, ...(cursor === undefined ? {} : { cursor }) })
    found.push(...page.receipts)
    cursor = page.next
  } while (cursor !== undefined)
  return found
}

/** A migration that comes after all others, as a later version would have it. */
const later = (number: number): Migration => ({ name: `9000-later-${number}`, up: ({ integer }) => [`create table later_${number} (id ${integer})`] })

/** Brings the database of a place to what a later version has, with so many migrations more. */
export async function upgradeTo(place: Pick<Place, 'options'>, laters: number): Promise<void> {
  const engine = await openEngine(place.options)
  try {
    await migrate(engine, [...migrations, ...Array.from({ length: laters }, (_, at) => later(at))], dimensions)
  } finally {
    await engine.close()
  }
}

/** Opens the store of a place, and closes it whatever happens. */
export async function using(place: Pick<Place, 'options'>, work: (store: Store) => Promise<unknown>): Promise<void> {
  const store = await openStore(place.options)
  try {
    await work(store)
  } finally {
    await store.close()
  }
}
