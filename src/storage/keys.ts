/** Client keys in the database: only their keyed hashes. */

import type { Kysely } from 'kysely'
import type { ClientKeys } from './store.ts'
import type { Tables } from './tables.ts'

export function storedKeys(db: Kysely<Tables>): ClientKeys {
  return {
    create: async ({ id, name, prefix, hash, createdAt, expiresAt, mayRoute }) => {
      const row = { id, name, prefix, hash, created_at: createdAt, expires_at: expiresAt ?? null, revoked_at: null, may_route: mayRoute }
      await db.insertInto('client_keys').values(row).execute()
    },
    list: async () => {
      const rows = await db.selectFrom('client_keys').selectAll().orderBy('id').execute()
      return rows.map(({ created_at, expires_at, revoked_at, may_route, ...row }) => ({
        ...row,
        createdAt: created_at,
        expiresAt: expires_at ?? undefined,
        revokedAt: revoked_at ?? undefined,
        mayRoute: Boolean(may_route),
      }))
    },
    revoke: async (id, at) => {
      const result = await db.updateTable('client_keys').set({ revoked_at: at }).where('id', '=', id).where('revoked_at', 'is', null).executeTakeFirst()
      return result.numUpdatedRows > 0n
    },
  }
}
