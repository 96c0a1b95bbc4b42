/** Chains in the database: each with the number of its version, so that no change is lost to another. */

import type { Kysely } from 'kysely'
import { recordChange } from './changes.ts'
import { StorageError } from './errors.ts'
import type { Chains } from './store.ts'
import type { Tables } from './tables.ts'

export function storedChains(db: Kysely<Tables>): Chains {
  return {
    put: ({ name, version, body, changedAt }) =>
      recordChange(db, 'chains', async (transaction) => {
        const result = await transaction
          .insertInto('chains')
          .values({ name, version, body, changed_at: changedAt })
          .onConflict((conflict) =>
            conflict
              .column('name')
              .doUpdateSet({ version, body, changed_at: changedAt })
              .where('chains.version', '=', version - 1),
          )
          .executeTakeFirst()
        if (result.numInsertedOrUpdatedRows === 0n) throw new StorageError('conflict', 'The chain was changed meanwhile.')
      }),
    list: async () => {
      const rows = await db.selectFrom('chains').selectAll().orderBy('name').execute()
      return rows.map(({ changed_at, ...row }) => ({ ...row, changedAt: changed_at }))
    },
  }
}
