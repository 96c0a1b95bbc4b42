/** Files for the user alone: the data directory, and the secrets in it. */

import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { StorageError } from './errors.ts'

/** Windows has no such modes: there the user's profile is private by its own lists. */
const hasModes = process.platform !== 'win32'

/** Makes the folder, or takes the rights of others away from it. Throws `StorageError` `refused` where it cannot. */
export function openPrivateFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (hasModes && (statSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700)
  } catch (error) {
    throw refused(`The data directory ${folder} cannot be used`, error, 'It must be a folder of the user that runs the gateway.')
  }
}

/** The text of a secret file, or undefined where there is none. Throws `StorageError` `refused` for a link, and for a file that others may read. */
export function readSecret(file: string): string | undefined {
  let descriptor: number
  try {
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw refused(
      `The secret file ${file} cannot be read`,
      error,
      code === 'ELOOP' ? 'It is a symbolic link: put the file itself there.' : 'It must be a file of the user that runs the gateway.',
    )
  }
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) throw new StorageError('refused', `${file} is no file: put the secret file there, or remove it.`)
    if (hasModes && (stat.mode & 0o077) !== 0) {
      throw new StorageError(
        'refused',
        `The secret file ${file} can be read by other users (mode ${(stat.mode & 0o777).toString(8)}). If nobody has, run: chmod 600 ${file}`,
      )
    }
    return readFileSync(descriptor, 'utf8')
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Writes a secret file that is not there yet, whole or not at all: beside it, to the disk, then into its place.
 * Where another process was faster, the file is the other's. Resolves to nothing: read it.
 */
export function createSecret(file: string, text: string): void {
  const part = `${file}.${randomBytes(6).toString('hex')}`
  try {
    const descriptor = openSync(part, 'wx', 0o600)
    try {
      writeFileSync(descriptor, text)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    publish(part, file)
  } catch (error) {
    throw refused(`The secret file ${file} cannot be written`, error, 'Check that the data directory can be written to and has room.')
  }
}

/** A link, unlike a rename, never replaces what is there. */
function publish(part: string, file: string): void {
  try {
    linkSync(part, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(part)
  }
  syncFolder(dirname(file))
}

/** Overwrites a secret file and removes it; nothing where it is gone. What a disk keeps of overwritten blocks is beyond a program. Throws `StorageError` `refused`. */
export function destroySecret(file: string): void {
  try {
    const descriptor = openSync(file, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0))
    try {
      writeSync(descriptor, Buffer.alloc(fstatSync(descriptor).size), 0)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    unlinkSync(file)
    syncFolder(dirname(file))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw refused(`The secret file ${file} cannot be destroyed`, error, 'Check that it is a file of the user that runs the gateway.')
  }
}

/** What was made, renamed or removed in a folder is so after a power cut too. */
export function syncFolder(path: string): void {
  if (!hasModes) return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function refused(what: string, error: unknown, advice: string): StorageError {
  const { code } = error as NodeJS.ErrnoException
  return new StorageError('refused', `${what} (${code ?? 'no code'}). ${advice}`, code)
}
