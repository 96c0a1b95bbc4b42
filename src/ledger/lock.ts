/** A lock that the operating system takes away when the process ends, however it ends, and that holds between containers on one kernel. */

import { DatabaseSync } from 'node:sqlite'
import { LogError } from './errors.ts'

export interface Lock {
  release(): void
}

const busy = 5

/**
 * Undefined where another process, or this one, holds it. Node.js has no lock on files; SQLite's is one on the bytes of an empty database.
 * The file must not be opened in another way: whoever closes it gives back all locks that its process has on it.
 * https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
 */
export function takeLock(file: string): Lock | undefined {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file, { timeout: 0 })
    database.exec('pragma journal_mode = memory; begin exclusive')
    const held = database
    return { release: () => void (held.isOpen && held.close()) }
  } catch (error) {
    database?.close()
    const { errcode } = error as { readonly errcode?: number }
    if (errcode !== undefined && (errcode & 0xff) === busy) return undefined
    throw new LogError('unavailable', undefined, errcode === undefined ? undefined : `SQLITE ${errcode}`)
  }
}
