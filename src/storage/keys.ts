/** Client keys in the database: only their keyed hashes. */

import type { ExpressionBuilder, Kysely, Updateable } from 'kysely'
import { StorageError } from './errors.ts'
import type { ClientKeys } from './store.ts'
import type { Tables } from './tables.ts'

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
    rotate: (id, version, { prefix, hash, until }) =>
      replace(db, id, version, ({ ref }) => ({ prefix, hash, previous_hash: ref('hash'), previous_until: until })),
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
