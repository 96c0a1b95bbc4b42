/** The index of receipts: appended in batches, read newest first, and added up. */

import type { Engine } from './engine.ts'
import { countReceipts, findReceipt, listReceipts } from './pages.ts'
import type { Receipts } from './store.ts'
import { summarize } from './summaries.ts'

export function storedReceipts({ db, keepsLines, append }: Engine): Receipts {
  return {
    keepsLines,
    append: async (entries, progress) => {
      if (entries.length > 0 || progress !== undefined) await append(entries, progress)
    },
    progress: async () =>
      (await db.selectFrom('logs').select(['name', 'indexed']).orderBy('name').execute()).map(({ name, indexed }) => ({ log: name, indexed })),
    get: (id, filters = {}) => findReceipt(db, id, filters),
    list: (query) => listReceipts(db, query),
    count: (filters, most) => countReceipts(db, filters, most),
    summarize: (query) => summarize(db, query),
  }
}
