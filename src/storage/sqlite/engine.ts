/** SQLite, in a file beside the gateway and a thread of its own. */

import { dirname, join, resolve } from 'node:path'
import { Kysely, sql } from 'kysely'
import { now } from '../../base/clock.ts'
import type { Engine } from '../engine.ts'
import { StorageError } from '../errors.ts'
import { openPrivateFolder } from '../files.ts'
import type { SqliteOptions } from '../store.ts'
import type { Tables } from '../tables.ts'
import { Connection } from './connection.ts'
import { threadDialect } from './dialect.ts'
import { backupFolder } from './file.ts'
import { pack } from './packed.ts'
import { types } from './column-types.ts'

const defaultBusyMs = 2000

export async function openSqlite({ file, busyMs = defaultBusyMs }: SqliteOptions): Promise<Engine> {
  const place = resolve(file)
  openPrivateFolder(dirname(place))
  const connection = new Connection()
  try {
    await connection.ask({ kind: 'open', file: place, busyMs })
  } catch (error) {
    await connection.close()
    throw error
  }
  const db = new Kysely<Tables>({ dialect: threadDialect(connection) })
  return {
    db,
    types,
    place,
    restoring: `To go back, put the newest file of ${backupFolder(place)} in its place.`,
    columnsOf: async (at, table) => (await sql<{ name: string }>`select name from pragma_table_info(${table})`.execute(at)).rows.map(({ name }) => name),
    // Every transaction begins by taking the one lock that writers share.
    lock: async () => {},
    lockValueSums: async () => {},
    withCounters: (work) =>
      db.connection().execute(async (own) => {
        await connection.ask({ kind: 'attach', file: place })
        try {
          return await work(own)
        } finally {
          await connection.ask({ kind: 'detach' })
        }
      }),
    backUp: () => connection.askInTurn({ kind: 'backup', file: join(backupFolder(place), backupName(now())) }),
    keepsLines: false,
    append: (entries, progress) => connection.askInTurn({ kind: 'append', batch: { entries: pack(entries), progress } }),
    addUp: () => connection.askInTurn({ kind: 'addUp' }).catch(passOver),
    // Pages as they were stand in the write-ahead log until it begins anew, which takes weeks where little happens.
    scrub: async () => void (await connection.askInTurn({ kind: 'query', sql: 'pragma wal_checkpoint(truncate)', parameters: [] })),
    close: () => connection.close(),
  }
}

/** `omni-2026-11-21-101112-345.db`: sorts by time, and is a file name everywhere. */
function backupName(at: number): string {
  const [date, time] = new Date(at).toISOString().slice(0, -1).split('T') as [string, string]
  return `omni-${date}-${time.replaceAll(':', '').replace('.', '-')}.db`
}

/** While another program writes, readers get what was added up before. */
function passOver(error: unknown): undefined {
  if (!(error instanceof StorageError) || error.reason !== 'busy') throw error
}
