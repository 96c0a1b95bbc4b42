/** A database for one test, and what tests of stores say often. */

import assert from 'node:assert/strict'
import { receiptId } from '../../src/base/ids.ts'
import type { Column } from '../../src/storage/columns.ts'
import { StorageError } from '../../src/storage/errors.ts'
import type { StorageReason } from '../../src/storage/errors.ts'
import { openStore } from '../../src/storage/open.ts'
import type { PostgresOptions, SqliteOptions, Store } from '../../src/storage/store.ts'

export interface Place {
  readonly options: SqliteOptions | PostgresOptions
  /** Runs SQL beside the store, and gives back the rows. */
  query(text: string): Promise<readonly Record<string, unknown>[]>
  /** How many backups stand beside it. */
  backups(): Promise<number>
}

export type StoreCases = { readonly [title: string]: (store: Store, place: Place) => Promise<void> }
export type PlaceCases = { readonly [title: string]: (place: Place) => Promise<void> }

export const columns: readonly Column[] = [
  { name: 'id', kind: 'id' },
  { name: 'created_at', kind: 'time' },
  { name: 'key_id', kind: 'id' },
  { name: 'status', kind: 'count' },
  { name: 'share', kind: 'number' },
  { name: 'fallback', kind: 'flag' },
  { name: 'provider', kind: 'name' },
  { name: 'metadata', kind: 'labels' },
]

export const refusal =
  (reason: StorageReason, said = /./) =>
  (error: unknown) => {
    assert.ok(error instanceof StorageError, `not a StorageError: ${String(error)}`)
    assert.equal(error.reason, reason, error.message)
    assert.match(error.message, said)
    return true
  }

export const receipt = (signals: Record<string, unknown> = {}) => JSON.stringify({ id: receiptId(), created_at: 1_790_000_000_000, key_id: null, ...signals })

/** Opens the store of a place, and closes it whatever happens. */
export async function using(place: Pick<Place, 'options'>, work: (store: Store) => Promise<unknown>, kept: readonly Column[] = columns): Promise<void> {
  const store = await openStore({ ...place.options, columns: kept })
  try {
    await work(store)
  } finally {
    await store.close()
  }
}
