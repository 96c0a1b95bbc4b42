/** Copies a database file that is in use, and trusts the copy only when it has read it back. */

import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { dirname, join } from 'node:path'
import { StorageError, toStorageError } from '../errors.ts'
import { checkCopy } from './file.ts'

/** So many copies are kept; the oldest beyond them are removed. */
const keptBackups = 3

/** Throws `StorageError` `refused` where no whole copy could be made; then nothing of it is left. */
export function backUp(database: DatabaseSync, file: string): undefined {
  const part = `${file}.part`
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    // SQLite fills an empty file that is there, and would make its own readable for all.
    closeSync(openSync(part, 'wx', 0o600))
    database.prepare('vacuum into ?').run(part)
    checkCopy(part)
    flush(part)
    renameSync(part, file)
  } catch (error) {
    if (existsSync(part)) rmSync(part)
    const { code } = toStorageError(error)
    throw new StorageError(
      'refused',
      `No backup could be written to ${file} (${code ?? 'no code'}), so the database was not upgraded. It needs as much room again as the database has.`,
      code,
    )
  }
  prune(file)
}

function flush(file: string): void {
  const descriptor = openSync(file, 'r+')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function prune(newest: string): void {
  const folder = dirname(newest)
  const copies = readdirSync(folder)
    .filter((name) => /^omni-[\d-]+\.db$/.test(name))
    .sort()
  for (const name of copies.slice(0, -keptBackups)) rmSync(join(folder, name))
}
