/** Providers' secrets in the database, sealed. */

import type { Kysely } from 'kysely'
import { recordChange } from './changes.ts'
import { StorageError } from './errors.ts'
import type { Scope } from '../policy/scope.ts'
import type { Credential, Credentials } from './store.ts'
import type { Tables } from './tables.ts'

export function storedCredentials(db: Kysely<Tables>): Credentials {
  return {
    put: ({ id, tenant = 'default', owner = 'all', provider, version, sealed, createdAt }) =>
      recordChange(db, 'credentials', async (transaction) => {
        await refuseSecond({ id, tenant, owner, provider }, transaction)
        const result = await transaction
          .insertInto('credentials')
          .values({ id, tenant, owner, provider, version, sealed, created_at: createdAt })
          .onConflict((conflict) =>
            conflict
              .column('id')
              .doUpdateSet({ version, sealed })
              .where('credentials.version', '<', version)
              .where('credentials.tenant', '=', tenant)
              .where('credentials.owner', '=', owner)
              .where('credentials.provider', '=', provider),
          )
          .executeTakeFirst()
        if (result.numInsertedOrUpdatedRows === 0n)
          throw new StorageError('conflict', 'This credential has a newer version, or belongs to another tenant or provider.')
      }),
    list: async (tenant) => {
      const rows = await db
        .selectFrom('credentials')
        .selectAll()
        .$if(tenant !== undefined, (query) => query.where('tenant', '=', tenant!))
        .orderBy('id')
        .execute()
      return rows.map(({ created_at, owner, ...row }) => ({ ...row, owner: owner as Scope, createdAt: created_at }))
    },
    remove: (id, tenant = 'default') =>
      recordChange(db, 'credentials', async (transaction) => {
        const result = await transaction.deleteFrom('credentials').where('id', '=', id).where('tenant', '=', tenant).executeTakeFirst()
        return result.numDeletedRows > 0n
      }),
  }
}

/** Who has none yet may be given two at once: the one that nobody finds would serve on when the other is removed. */
async function refuseSecond({ id, tenant, owner, provider }: Omit<Credential, 'version' | 'sealed' | 'createdAt'>, db: Kysely<Tables>): Promise<void> {
  const theirs = db.selectFrom('credentials').select('id').where('provider', '=', provider).where('owner', '=', owner).where('tenant', '=', tenant)
  if ((await theirs.where('id', '!=', id).execute()).length > 0) throw new StorageError('conflict', 'There is a credential of this provider already.')
}
