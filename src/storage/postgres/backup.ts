/** Copies the tables of a PostgreSQL database into a schema beside them, since a gateway has no `pg_dump`; large ones are the operator's to back up. */

import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { now } from '../../base/clock.ts'
import { StorageError, toStorageError } from '../errors.ts'
import type { Tables } from '../tables.ts'

/** Above this a copy would take minutes and the server's disk. */
const copiedBytes = 1024 ** 3
/** So many copies are kept; the oldest beyond them are removed. */
const keptBackups = 3

/** All that a gateway keeps, in whatever version it was. */
// oxfmt-ignore
const names: { readonly [name in keyof Tables]: true } = {
  receipts: true, receipts_before: true, receipt_labels: true, combos: true, rollups_hour: true, rollups_day: true, rollups_value: true,
  logs: true, holds: true, removals: true, client_keys: true, user_tokens: true, credentials: true, response_places: true, kept_responses: true,
  chains: true, objects: true, changes: true, reviews: true, spending: true, counters: true, shares: true, holders: true, notices: true, actions: true, errands: true,
  places: true, facts: true, omni_migrations: true,
}

const advice = 'Make a backup with pg_dump, then start with `storage.hasOwnBackup` (OMNI_DATABASE_HAS_BACKUP=true).'

interface Table {
  readonly name: keyof Tables
  readonly bytes: number
}

/** Throws `StorageError` `refused` where the tables are too large, or no whole copy could be made; then nothing of it is left. */
export async function backUp(db: Kysely<Tables>, place: string): Promise<void> {
  const tables = await ownTables(db)
  if (tables.reduce((sum, { bytes }) => sum + bytes, 0) > copiedBytes) {
    throw new StorageError('refused', `The tables of ${place} are larger than 1 GiB, too large to copy before an upgrade. ${advice}`)
  }
  const schema = `omni_backup_${new Date(now()).toISOString().replace(/\D/g, '')}`
  try {
    // Repeatable read: all tables are copied as they were at one moment.
    await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (transaction) => {
        await sql`set local statement_timeout = 0`.execute(transaction)
        await sql`create schema ${sql.id(schema)}`.execute(transaction)
        for (const { name } of tables) await copy(name, schema, transaction)
      })
    await prune(db)
  } catch (error) {
    const { code } = toStorageError(error)
    throw new StorageError(
      'refused',
      `The tables of ${place} could not be copied before the upgrade (${code ?? 'no code'}), so it was not upgraded. ${advice}`,
      code,
    )
  }
}

async function ownTables(db: Kysely<Tables>): Promise<readonly Table[]> {
  const query = sql<Table>`
    select relname as name, pg_total_relation_size(oid) as bytes from pg_class
    where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname in (${sql.join(Object.keys(names))})`
  return (await query.execute(db)).rows
}

async function copy(name: keyof Tables, schema: string, db: Kysely<Tables>): Promise<void> {
  const copied = sql.id(schema, name)
  await sql`create table ${copied} (like ${sql.id(name)} including all)`.execute(db)
  await sql`insert into ${copied} select * from ${sql.id(name)}`.execute(db)
  const missing = await sql`select * from ${sql.id(name)} except select * from ${copied} limit 1`.execute(db)
  if (missing.rows.length > 0) throw new StorageError('fault')
  await continueCounting(name, schema, db)
}

/** A copied column that counts up by itself begins anew: it goes on where the first one stood. */
async function continueCounting(name: string, schema: string, db: Kysely<Tables>): Promise<void> {
  const counting = await sql<{ column: string }>`
    select attname as column from pg_attribute where attrelid = ${`${schema}.${name}`}::regclass and attidentity <> ''`.execute(db)
  for (const { column } of counting.rows) {
    const next = sql`(select coalesce(max(${sql.ref(column)}), 0) + 1 from ${sql.id(schema, name)})`
    await sql`select setval(pg_get_serial_sequence(${`${schema}.${name}`}, ${column}), ${next}, false)`.execute(db)
  }
}

async function prune(db: Kysely<Tables>): Promise<void> {
  const found = await sql<{ name: string }>`select nspname as name from pg_namespace where nspname ~ '^omni_backup_[0-9]{17}$' order by nspname`.execute(db)
  for (const { name } of found.rows.slice(0, -keptBackups)) await sql`drop schema ${sql.id(name)} cascade`.execute(db)
}
