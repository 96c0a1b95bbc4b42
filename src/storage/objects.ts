/** Objects that the control API changes, as JSON by kind and id: each with the number of its version, so that no change is lost to another. */

import type { Kysely } from 'kysely'
import { StorageError } from './errors.ts'
import type { Objects, StoredObject } from './store.ts'
import type { Tables } from './tables.ts'

export function storedObjects(db: Kysely<Tables>): Objects {
  return {
    put: (...objects) =>
      db.transaction().execute(async (transaction) => {
        for (const object of objects) await putNext(object, transaction)
      }),
    list: async (only) => {
      const rows = await db
        .selectFrom('objects')
        .selectAll()
        .$if(only !== undefined, (query) => query.where('kind', '=', only!))
        .orderBy('kind')
        .orderBy('id')
        .execute()
      return rows.map(({ changed_at, kind, ...row }) => ({ ...row, kind: kind as StoredObject['kind'], changedAt: changed_at }))
    },
  }
}

async function putNext({ kind, id, tenant, version, body, changedAt }: StoredObject, db: Kysely<Tables>): Promise<void> {
  const result = await db
    .insertInto('objects')
    .values({ kind, id, tenant, version, body, changed_at: changedAt })
    .onConflict((conflict) =>
      conflict
        .columns(['kind', 'id'])
        .doUpdateSet({ tenant, version, body, changed_at: changedAt })
        .where('objects.version', '=', version - 1),
    )
    .executeTakeFirst()
  if (result.numInsertedOrUpdatedRows === 0n) throw new StorageError('conflict', 'It was changed meanwhile.')
}
