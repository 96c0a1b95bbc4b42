/** Who may ask, by the hash of the key: made of the keys and of all that governs their calls. */

import { now } from '../base/clock.ts'
import type { Settings } from '../config/settings.ts'
import type { Caller, Snapshot } from '../gateway/snapshot.ts'
import type { Holder } from '../policy/scope.ts'
import type { ClientKey, StoredObject } from '../storage/store.ts'

export interface Keys {
  readonly settings: Settings
  readonly keys: readonly ClientKey[]
  readonly objects: readonly StoredObject[]
  readonly hashKey: (token: string) => string
}

/** A secret of somebody's, and until when it counts, in milliseconds since 1970. */
interface Entry {
  readonly row: ClientKey | undefined
  readonly keyId: string
  readonly until: number
}

/** Keys are looked up by their keyed hash: the time it takes tells nothing of them. Bounded by the keys that exist. */
export function keyring({ settings, keys, hashKey }: Keys): Pick<Snapshot, 'identify' | 'anonymous'> {
  const { auth, byRequest } = settings
  const entries = new Map<string, Entry>()
  for (const row of keys) for (const [hash, until] of secretsOf(row)) entries.set(hash, { row, keyId: row.id, until })
  for (const token of auth.mode === 'tokens' ? auth.tokens : []) {
    const hash = hashKey(token)
    entries.set(hash, { row: undefined, keyId: `token_${hash.slice(0, 16)}`, until: Infinity })
  }
  // Hashing costs more than all the rest of knowing somebody. Bounded: only keys that are ours get in, and a revoked one leaves with the snapshot.
  const known = new Map<string, { readonly caller: Caller; readonly until: number }>()
  const identify = (token: string): Caller | undefined => {
    let found = known.get(token)
    if (found === undefined) {
      const entry = entries.get(hashKey(token))
      if (entry === undefined) return undefined
      known.set(token, (found = { caller: callerOf(entry, byRequest), until: entry.until }))
    }
    return now() < found.until ? found.caller : undefined
  }
  const holder: Holder = { tenant: 'default', key: null }
  return { identify, anonymous: auth.mode === 'off' ? { keyId: null, method: 'off', mayRoute: byRequest, holder } : undefined }
}

/** The hashes that open for a key: after a rotation the one before counts for a while too. */
function secretsOf({ hash, before, revokedAt, expiresAt = Infinity }: ClientKey): readonly (readonly [hash: string, until: number])[] {
  if (revokedAt !== undefined) return []
  return before === undefined
    ? [[hash, expiresAt]]
    : [
        [before.hash, Math.min(before.until, expiresAt)],
        [hash, expiresAt],
      ]
}

function callerOf({ row, keyId }: Entry, byRequest: boolean): Caller {
  if (row === undefined) return { keyId, method: 'token', mayRoute: byRequest, holder: { tenant: 'default', key: keyId } }
  return { keyId, method: 'key', mayRoute: byRequest && row.mayRoute, holder: { tenant: row.tenant, key: keyId } }
}
