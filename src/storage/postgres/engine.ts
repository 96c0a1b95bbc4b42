/** PostgreSQL, for a fleet of gateways on one database. */

import { Kysely, PostgresDialect, sql } from 'kysely'
import type { Pool } from 'pg'
import type { Engine } from '../engine.ts'
import { StorageError, toStorageError } from '../errors.ts'
import type { TypeNames } from '../migrations.ts'
import type { PostgresOptions } from '../store.ts'
import type { Tables } from '../tables.ts'
import { backUp } from './backup.ts'
import { openPool, opened, translated } from './pool.ts'
import { insertReceipts } from './receipts.ts'

const types: TypeNames = { id: 'text collate "C"', text: 'text', integer: 'bigint', real: 'double precision', flag: 'boolean', bytes: 'bytea', table: '' }

/** `OMNI`: the number of the advisory lock that upgrades of this database share. */
const upgradeLock = 0x4f_4d_4e_49
/** How long an upgrade waits for another gateway's, and for readers of a table that it changes. */
const upgradeWaitMs = 60_000

export async function openPostgres({ url, hasOwnBackup = false }: PostgresOptions): Promise<Engine> {
  const place = placeOf(url)
  const pool = await openPool(url)
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: translated(pool) }) })
  let insert = ''
  return {
    db,
    types,
    place,
    restoring: 'The backup from before the last upgrade is in the schema of this database whose name begins with "omni_backup_".',
    columnsOf: async (at, table) => {
      const query = sql<{
        name: string
      }>`select column_name as name from information_schema.columns where table_schema = current_schema() and table_name = ${table}`
      return (await query.execute(at)).rows.map(({ name }) => name)
    },
    lock: async (transaction) => {
      await sql`set local statement_timeout = 0`.execute(transaction)
      await sql.raw(`set local lock_timeout = ${upgradeWaitMs}`).execute(transaction)
      await sql`select pg_advisory_xact_lock(${upgradeLock})`.execute(transaction)
    },
    backUp: async () => (hasOwnBackup ? undefined : backUp(db, place)),
    prepareReceipts: async (columns) => void (insert = insertReceipts(columns)),
    appendReceipts: (lines) => append(pool, insert, lines),
    close: async () => (pool.ending ? undefined : pool.end()),
  }
}

/** One statement is one transaction. It is named, so that the server prepares it once for each connection. */
async function append(pool: Pool, insert: string, lines: readonly string[]): Promise<void> {
  try {
    await opened(pool).query({ name: 'append receipts', text: insert, values: [lines.map(storable).join('\n')] })
  } catch (error) {
    throw toStorageError(error)
  }
}

/** PostgreSQL's JSON knows neither NUL nor half a surrogate pair; `JSON.stringify` writes both as escapes, and no receipt should hold one. */
function storable(line: string): string {
  if (!line.includes('\\u')) return line
  return line.replace(/\\(?:\\|u(?:0000|d[89a-f]..))/gi, (found) => (found === '\\\\' ? found : '\\ufffd'))
}

function placeOf(url: string): string {
  try {
    const { host, pathname } = new URL(url)
    return `the database ${decodeURIComponent(pathname.slice(1)) || 'of the user'} at ${host || 'this host'}`
  } catch {
    throw new StorageError('refused', 'The database URL is not one: it looks like postgres://user:password@host/database.')
  }
}
