/** The master key of an installation: a file beside the database, made once, and never again for a database that needs the first one. */

import { randomBytes } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { deriveKey, keyedHash, masterKey } from '../base/seal.ts'
import { StorageError } from './errors.ts'
import { createSecret, readSecret } from './files.ts'
import type { Fingerprint } from './store.ts'

/**
 * Reads `master.key`, or makes it for a database that has not used one yet.
 * Throws `StorageError` `refused` where the file is gone, damaged, another database's, or open to other users.
 */
export async function openMasterKey(folder: string, fingerprint: Fingerprint): Promise<KeyObject> {
  const file = join(folder, 'master.key')
  const used = await fingerprint.read()
  if (used === undefined && readSecret(file) === undefined) createSecret(file, `${randomBytes(32).toString('hex')}\n`)
  const key = parse(readSecret(file), file)
  const own = keyedHash(deriveKey(key, 'fingerprint'), 'master.key')
  if ((used ?? (await fingerprint.claim(own))) !== own) {
    throw new StorageError(
      'refused',
      `${file} is not the master key that the database was made with: what is sealed there does not open with it. Put the right file in its place.`,
    )
  }
  return key
}

function parse(text: string | undefined, file: string): KeyObject {
  if (text === undefined) {
    throw new StorageError(
      'refused',
      `The database needs its master key, and ${file} is gone. Restore it from where it was kept: a new one could not open what is sealed.`,
    )
  }
  const digits = text.trim()
  if (!/^[0-9a-f]{64}$/.test(digits))
    throw new StorageError('refused', `${file} does not hold a master key (64 hex digits). Restore it from where it was kept.`)
  return masterKey(Buffer.from(digits, 'hex'))
}
