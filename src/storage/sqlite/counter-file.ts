/** The file of counters beside the database: in one file, who counts would wait for whoever writes receipts. */

import { chmodSync, existsSync, linkSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { threadId } from 'node:worker_threads'
import { counterTables } from '../tables-counters.ts'
import { types } from './column-types.ts'

const counterFile = (file: string): string => join(dirname(file), 'counters.db')

/** What the last moments before a power cut changed may be lost, and nothing waits for the disk. */
const settings = 'pragma synchronous = normal; pragma temp_store = memory; pragma trusted_schema = off'

/** The counters of a database, with its other tables attached for what was spent. */
export function openCounterFile(file: string, busyMs: number): DatabaseSync {
  const database = new DatabaseSync(madeFor(file), { timeout: busyMs })
  database.exec(settings)
  attach(database, file, 'kept')
  return database
}

/** Until they are detached, queries find the tables of counters beside those of the database. */
export function attachCounters(database: DatabaseSync, file: string): undefined {
  attach(database, madeFor(file), 'counting')
}

export function detachCounters(database: DatabaseSync): undefined {
  database.exec('detach database counting')
}

function attach(database: DatabaseSync, file: string, name: string): void {
  database.prepare(`attach database ? as ${name}`).run(file)
}

/** The file, made first where there is none: whole under another name, so that nobody opens half of it. */
function madeFor(file: string): string {
  const path = counterFile(file)
  if (existsSync(path)) return path
  const draft = `${path}.${process.pid}-${threadId}`
  rmSync(draft, { force: true })
  const database = new DatabaseSync(draft)
  chmodSync(draft, 0o600)
  database.exec(`pragma journal_mode = wal; ${counterTables(types).join(';')}`)
  database.close()
  try {
    linkSync(draft, path)
  } catch (error) {
    // Another process was first.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
  return path
}
