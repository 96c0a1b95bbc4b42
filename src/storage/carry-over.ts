/** Brings receipts of before there was a log into the index, a part at a time: cut off, it goes on with the next start. */

import { indexEntry, type IndexEntry } from '../receipts/index-entry.ts'
import { readRecord } from '../receipts/line.ts'
import type { Engine } from './engine.ts'

/** Receipts at a time. */
const partSize = 500

/** They are in no log, so the database keeps their text. Gateways that start at once may do it together: what is there already is left as it is. */
export async function carryOver({ db, columnsOf, append }: Engine): Promise<void> {
  if ((await columnsOf(db, 'receipts_before')).length === 0) return
  for (;;) {
    const part = await db.selectFrom('receipts_before').select(['id', 'body']).orderBy('id').limit(partSize).execute()
    if (part.length === 0) break
    await append(
      part.map(({ body }) => toEntry(body)),
      undefined,
    )
    const ids = part.map(({ id }) => id)
    await db.deleteFrom('receipts_before').where('id', 'in', ids).execute()
  }
  await db.schema.dropTable('receipts_before').ifExists().execute()
}

const toEntry = (body: string): IndexEntry => indexEntry(readRecord(body), { log: null, position: null, offset: null, length: null, line: body })
