/** Client keys in the database: only their keyed hashes. */

import type { ExpressionBuilder, Kysely, Updateable } from 'kysely'
import { StorageError } from './errors.ts'
import type { Tables } from './tables.ts'

export interface ClientKeys {
  /** Rejects with `conflict` where the id or the hash exists. */
  create(key: NewClientKey): Promise<void>
  /** All of them, also revoked and expired ones, oldest first. */
  list(): Promise<readonly ClientKey[]>
  /** Whether it was this call that revoked it. */
  revoke(id: string, at: number): Promise<boolean>
  /** Says anew what may be changed of a key; null has no end. Rejects with `conflict` where the version is not the one above that which stands. */
  change(id: string, version: number, change: KeyChange): Promise<void>
  /** Gives a key another secret; the one before counts until then. Rejects with `conflict` as above. */
  rotate(id: string, version: number, next: { readonly prefix: string; readonly hash: string; readonly terms: string; readonly until: number }): Promise<void>
}

/** Times are milliseconds since 1970. */
interface NewClientKey {
  readonly id: string
  readonly name: string
  /** As much of the key as may be shown. */
  readonly prefix: string
  /** The keyed hash of the key; the key itself is stored nowhere. */
  readonly hash: string
  readonly createdAt: number
  readonly expiresAt?: number | undefined
  /** Whether it may say where its calls go. */
  readonly mayRoute: boolean
  /** `default` unless given. */
  readonly tenant?: string
  /** What else is said of it, as JSON of `contract/keys.ts`; `{}` unless given. */
  readonly terms?: string
}

export interface ClientKey extends NewClientKey {
  readonly revokedAt: number | undefined
  readonly tenant: string
  readonly terms: string
  /** Counts up with every change. */
  readonly version: number
  /** The hash that it had before it was rotated, and until when that counts too. */
  readonly before: { readonly hash: string; readonly until: number } | undefined
}

export interface KeyChange extends Required<Pick<NewClientKey, 'name' | 'mayRoute' | 'terms'>> {
  readonly expiresAt: number | null
}

export function storedKeys(db: Kysely<Tables>): ClientKeys {
  return {
    create: async ({ createdAt, expiresAt, mayRoute, ...key }) => {
      const row = {
        ...key,
        created_at: createdAt,
        expires_at: expiresAt ?? null,
        revoked_at: null,
        may_route: mayRoute,
        previous_hash: null,
        previous_until: null,
      }
      await db.insertInto('client_keys').values(row).execute()
    },
    list: async () => {
      const rows = await db.selectFrom('client_keys').selectAll().orderBy('id').execute()
      return rows.map(({ created_at, expires_at, revoked_at, may_route, previous_hash, previous_until, ...row }) => ({
        ...row,
        createdAt: created_at,
        expiresAt: expires_at ?? undefined,
        revokedAt: revoked_at ?? undefined,
        mayRoute: Boolean(may_route),
        before: previous_hash === null || previous_until === null ? undefined : { hash: previous_hash, until: previous_until },
      }))
    },
    change: (id, version, { expiresAt, mayRoute, ...change }) => replace(db, id, version, { ...change, expires_at: expiresAt, may_route: mayRoute }),
    rotate: (id, version, { prefix, hash, terms, until }) =>
      replace(db, id, version, ({ ref }) => ({ prefix, hash, terms, previous_hash: ref('hash'), previous_until: until })),
    revoke: async (id, at) => {
      const result = await db.updateTable('client_keys').set({ revoked_at: at }).where('id', '=', id).where('revoked_at', 'is', null).executeTakeFirst()
      return result.numUpdatedRows > 0n
    },
  }
}

/** What a key's row becomes. */
type Change = Updateable<Tables['client_keys']> | ((where: ExpressionBuilder<Tables, 'client_keys'>) => object)

async function replace(db: Kysely<Tables>, id: string, version: number, change: Change): Promise<void> {
  const result = await db
    .updateTable('client_keys')
    .set((where) => ({ ...(typeof change === 'function' ? change(where) : change), version }))
    .where('id', '=', id)
    .where('version', '=', version - 1)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  if (result.numUpdatedRows === 0n) throw new StorageError('conflict', 'The key was changed meanwhile.')
}
