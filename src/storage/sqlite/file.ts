/** The database file: made private, known by its mark, and never touched where it is not ours or not whole. */

import { chmodSync, closeSync, openSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StorageError, toStorageError } from '../errors.ts'

/** `OMNI`, in the header of every file of ours. https://www.sqlite.org/pragma.html#pragma_application_id */
const applicationId = 0x4f_4d_4e_49

/** Rows of the index are small, and a batch of receipts changes some in many places: each is written as the whole page that it stands in. */
const pageBytes = 4096
/** Pages in memory, in KiB: the hour that is written, and the rollups of its day. */
const cacheKibibytes = 16_384
/** So much of the file is read where the operating system has it in memory, and not copied from there. */
const mappedBytes = 2 ** 31

/** A file up to this size is checked whole at every start, in some 20 ms; a larger one by its header, its size and its schema. */
const checkedBytes = 8 * 1024 * 1024

/** What is deleted is overwritten: of a person who was erased nothing stays in a page that is free. */
const settings = `
  pragma secure_delete = on;
  pragma synchronous = normal;
  pragma journal_size_limit = 67108864;
  pragma temp_store = memory;
  pragma cache_size = -${cacheKibibytes};
  pragma wal_autocheckpoint = 4000;
  pragma mmap_size = ${mappedBytes};
  pragma trusted_schema = off;`

/** Opens the file, or makes it. Throws `StorageError` `refused` with a sentence for the operator; then the file is as it was. */
export function openDatabase(file: string, busyMs: number): DatabaseSync {
  const isNew = create(file)
  if (!isNew) checkFile(file)
  const database = new DatabaseSync(file, { timeout: busyMs })
  try {
    // The mark is written before the journal's mode, so that a file of ours has it from its first page on.
    if (isNew) database.exec(`pragma page_size = ${pageBytes}; pragma application_id = ${applicationId}`)
    else checkDatabase(database, file)
    database.exec(`pragma journal_mode = wal; ${settings}`)
    return database
  } catch (error) {
    database.close()
    throw refusal(error, file)
  }
}

/** Checks a copy, opened for reading, as thoroughly as SQLite can. Throws as `openDatabase` does. */
export function checkCopy(file: string): void {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    checkMark(database, file)
    checkPages(database, 'integrity_check', file)
  } catch (error) {
    throw refusal(error, file)
  } finally {
    database.close()
  }
}

/** Whether the file was made here: for the user alone, as its write-ahead log will be, which takes its mode. */
function create(file: string): boolean {
  try {
    closeSync(openSync(file, 'wx', 0o600))
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    throw new StorageError('refused', `The database ${file} cannot be made (${code}). Check that the folder can be written to and has room.`, code)
  }
}

function checkFile(file: string): void {
  const { mode, size } = statSync(file)
  if (size === 0) {
    throw new StorageError(
      'refused',
      `The database ${file} is an empty file. If this is a first start that was cut off, remove it; else restore it from ${backupFolder(file)}.`,
    )
  }
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) chmodSync(file, 0o600)
}

function checkDatabase(database: DatabaseSync, file: string): void {
  checkMark(database, file)
  if (statSync(file).size <= checkedBytes) checkPages(database, 'quick_check', file)
}

function checkMark(database: DatabaseSync, file: string): void {
  if (database.prepare('pragma application_id').get()!['application_id'] === applicationId) return
  throw new StorageError('refused', `The database ${file} belongs to another program. Nothing was changed: name another data directory.`)
}

function checkPages(database: DatabaseSync, check: 'quick_check' | 'integrity_check', file: string): void {
  const [said] = Object.values(database.prepare(`pragma ${check}(1)`).get()!)
  if (said !== 'ok') throw damage(file)
}

function refusal(error: unknown, file: string): StorageError {
  const known = toStorageError(error)
  return known.reason === 'damaged' ? damage(file, known.code) : known
}

function damage(file: string, code = 'check failed'): StorageError {
  return new StorageError(
    'refused',
    `The database ${file} is damaged (${code}). Nothing was changed: put it aside, and restore the newest file of ${backupFolder(file)} in its place.`,
    code,
  )
}

export const backupFolder = (file: string): string => join(dirname(file), 'backups')
