/** Receipts in the database: appended in batches, read newest first. */

import { readCursor, writeCursor } from './cursor.ts'
import type { Engine } from './engine.ts'
import type { Receipts } from './store.ts'

const pageLimit = 200

export function storedReceipts(engine: Engine): Receipts {
  const { db } = engine
  const visible = (keyId: string | undefined) => db.selectFrom('receipts').$if(keyId !== undefined, (query) => query.where('key_id', '=', keyId!))
  return {
    append: async (lines) => {
      if (lines.length > 0) await engine.appendReceipts(lines)
    },
    get: async (id, keyId) => (await visible(keyId).select('body').where('id', '=', id).executeTakeFirst())?.body,
    list: async ({ limit, cursor, keyId }) => {
      const size = Math.max(1, Math.min(limit, pageLimit))
      const before = cursor === undefined ? undefined : readCursor(cursor)
      const rows = await visible(keyId)
        .select(['id', 'body'])
        .$if(before !== undefined, (query) => query.where('id', '<', before!))
        .orderBy('id', 'desc')
        .limit(size + 1)
        .execute()
      const page = rows.slice(0, size)
      return { lines: page.map(({ body }) => body), next: rows.length > size ? writeCursor(page.at(-1)!.id) : undefined }
    },
    count: async (keyId) => (await visible(keyId).select(db.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()).count,
  }
}
