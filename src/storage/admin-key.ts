/** The operator's token for the control API: a file in the data directory, made at the first start. Removed, it is made anew. */

import { join } from 'node:path'
import { adminToken } from '../base/ids.ts'
import { StorageError } from './errors.ts'
import { createSecret, readSecret } from './files.ts'

/** Compare it only by its keyed hash. Throws `StorageError` `refused` for a file that others may read, or that holds no token of ours. */
export function openAdminKey(folder: string): string {
  const file = join(folder, 'admin.key')
  if (readSecret(file) === undefined) createSecret(file, `${adminToken()}\n`)
  return readAdminKey(folder)!
}

/** For the command line, which makes none: undefined where the gateway has never started here. */
export function readAdminKey(folder: string): string | undefined {
  const file = join(folder, 'admin.key')
  const token = readSecret(file)?.trim()
  if (token === undefined || /^omni_admin_[\w-]{43}$/.test(token)) return token
  throw new StorageError('refused', `${file} does not hold an admin token. Remove it, and the next start makes a new one.`)
}
