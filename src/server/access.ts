/** Who may use a path that is no model surface: the operator by the admin key, a client by its own. */

import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { Failure } from '../canonical/failure.ts'
import { identify, tokenOf } from '../gateway/identify.ts'
import type { Headers } from '../gateway/client.ts'
import type { Snapshot } from '../gateway/snapshot.ts'
import type { Viewer } from '../control/route.ts'
import type { Access } from './routes.ts'

export interface Keyring {
  /** The keyed hash of the admin key; the key itself is not kept. */
  readonly adminHash: string
  readonly hashKey: (token: string) => string
}

/** Throws `Failure` where the path is not for whoever sent these headers. Undefined where nobody needs to be known. */
export function admit(access: Access, headers: IncomingHttpHeaders, snapshot: Snapshot, keyring: Keyring): Viewer | undefined {
  if (access === 'none') return undefined
  const ours = headers as Headers
  if (access === 'client') return { role: 'client', keyId: identify(ours, snapshot).keyId ?? '' }
  const token = tokenOf(ours)
  if (token === undefined) throw new Failure('invalid_api_key', 'This path needs the admin key: it is in the file `admin.key` of the data directory.')
  if (isAdmin(token, keyring)) return { role: 'admin' }
  const caller = snapshot.identify(token)
  if (!caller) throw new Failure('invalid_api_key', 'The key is not one of this gateway’s, or it was revoked.')
  if (access === 'owner' && caller.keyId !== null) return { role: 'client', keyId: caller.keyId }
  throw new Failure('insufficient_scope', 'This path takes the admin key alone: it is in the file `admin.key` of the data directory.')
}

function isAdmin(token: string, { adminHash, hashKey }: Keyring): boolean {
  return timingSafeEqual(Buffer.from(hashKey(token), 'hex'), Buffer.from(adminHash, 'hex'))
}
