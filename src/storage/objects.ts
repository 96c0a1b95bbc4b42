/** Objects that the control API changes, as JSON by kind and id: each with the number of its version, so that no change is lost to another. */

import type { Kysely, Selectable } from 'kysely'
import { recordChange } from './changes.ts'
import { StorageError } from './errors.ts'
import type { ObjectKind, Objects, StoredObject } from './store.ts'
import type { Tables } from './tables.ts'

export function storedObjects(db: Kysely<Tables>): Objects {
  const rows = () => db.selectFrom('objects').selectAll()
  return {
    put: (...objects) =>
      recordChange(db, 'objects', async (transaction, changed) => {
        for (const object of objects) await putNext(object, changed, transaction)
      }),
    get: async (kind, id) => (await rows().where('kind', '=', kind).where('id', '=', id).execute()).map(read)[0],
    list: async (...kinds) =>
      (
        await rows()
          .$if(kinds.length > 0, (query) => query.where('kind', 'in', kinds))
          .orderBy('kind')
          .orderBy('id')
          .execute()
      ).map(read),
    count: async () =>
      (
        await db
          .selectFrom('objects')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow()
      ).count,
    changedSince: async (number) => (await rows().where('changed', '>', number).orderBy('changed').execute()).map(read),
  }
}

function read({ changed_at, changed: _, kind, ...row }: Selectable<Tables['objects']>): StoredObject {
  return { ...row, kind: kind as ObjectKind, changedAt: changed_at }
}

async function putNext({ kind, id, tenant, version, body, changedAt }: StoredObject, changed: number, db: Kysely<Tables>): Promise<void> {
  const next = { tenant, version, body, changed_at: changedAt, changed }
  const result = await db
    .insertInto('objects')
    .values({ kind, id, ...next })
    .onConflict((conflict) =>
      conflict
        .columns(['kind', 'id'])
        .doUpdateSet(next)
        .where('objects.version', '=', version - 1),
    )
    .executeTakeFirst()
  if (result.numInsertedOrUpdatedRows === 0n) throw new StorageError('conflict', 'It was changed meanwhile.')
}
