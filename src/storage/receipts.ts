/** The index of receipts: appended in batches, read newest first, and added up. */

import type { Engine } from './engine.ts'
import { countReceipts, findReceipt, listReceipts } from './pages.ts'
import type { Receipts } from './store.ts'
import { summarize } from './summaries.ts'

export function storedReceipts(engine: Engine): Receipts {
  const { db, keepsLines, append, addUp } = engine
  return {
    keepsLines,
    append: async (entries, progress) => {
      if (entries.length > 0 || progress !== undefined) await append(entries, progress)
    },
    progress: async () =>
      (await db.selectFrom('logs').select(['name', 'indexed']).orderBy('name').execute()).map(({ name, indexed }) => ({ log: name, indexed })),
    get: (id, filters = {}) => findReceipt(db, id, filters),
    list: (query) => listReceipts(engine, query),
    count: (filters, most) => countReceipts(engine, filters, most),
    summarize: async (query) => {
      await addUp()
      return summarize(db, query)
    },
  }
}
