/** The bank of counters in the database: on a connection of its own, so that nothing which takes long holds up calls. */

import type { Bank } from '../policy/counter.ts'
import type { StoreOptions } from './store.ts'

/** Of a database that `openStore` has opened before. `instance` is the process that holds shares. Rejects with `StorageError`. */
export async function openCounters(options: StoreOptions, instance: string): Promise<Bank> {
  if ('url' in options) return (await import('./postgres/counters.ts')).openPostgresCounters(options, instance)
  return (await import('./sqlite/bank.ts')).openSqliteCounters(options, instance)
}
