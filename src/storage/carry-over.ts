/** Brings receipts of before there was a log into the index, a part at a time: cut off, it goes on with the next start. */

import { indexEntry, type IndexEntry } from '../receipts/index-entry.ts'
import { readRecord } from '../receipts/line.ts'
import type { Engine } from './engine.ts'

/** Receipts at a time. */
const partSize = 500

/** They are in no log, so the database keeps their text. Gateways that start at once may do it together: what is there already is left as it is. */
export async function carryOver(engine: Engine): Promise<void> {
  const isDone = async () => (await engine.columnsOf(engine.db, 'receipts_before')).length === 0
  if (await isDone()) return
  try {
    await carryParts(engine)
  } catch (error) {
    // Who came to the end first has dropped the table under the others.
    if (!(await isDone())) throw error
  }
}

async function carryParts({ db, append }: Engine): Promise<void> {
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
