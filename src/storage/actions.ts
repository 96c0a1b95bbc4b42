/** What was done through the control API, to be read: the log of receipts has the same, and vouches for it. */

import type { Kysely } from 'kysely'
import { uuid7 } from '../base/ids.ts'
import type { Tables } from './tables.ts'

export interface Actions {
  add(action: Omit<StoredAction, 'id'>): Promise<void>
  /** Newest first, behind the one of that id where it is given. */
  list(query: {
    readonly most: number
    readonly behind?: string | undefined
    readonly by?: string | undefined
    readonly kind?: string | undefined
    readonly target?: string | undefined
    /** Of how it stood, before or after. */
    readonly hash?: string | undefined
    readonly from?: number | undefined
    readonly to?: number | undefined
  }): Promise<readonly StoredAction[]>
  /** Forgets those of before. */
  sweep(before: number): Promise<void>
}

/** Times are milliseconds since 1970; what is null was not there to be told. */
export type StoredAction = Tables['actions']

export function storedActions(db: Kysely<Tables>): Actions {
  return {
    add: async (action) =>
      void (await db
        .insertInto('actions')
        .values({ id: `act_${uuid7()}`, ...action })
        .execute()),
    list: async ({ most, behind, by, kind, target, hash, from, to }) =>
      db
        .selectFrom('actions')
        .selectAll()
        .$if(behind !== undefined, (query) => query.where('id', '<', behind!))
        .$if(by !== undefined, (query) => query.where('by', '=', by!))
        .$if(kind !== undefined, (query) => query.where('kind', '=', kind!))
        .$if(target !== undefined, (query) => query.where('target', '=', target!))
        .$if(hash !== undefined, (query) => query.where(({ or, eb }) => or([eb('before', '=', hash!), eb('after', '=', hash!)])))
        .$if(from !== undefined, (query) => query.where('at', '>=', from!))
        .$if(to !== undefined, (query) => query.where('at', '<', to!))
        .orderBy('id', 'desc')
        .limit(most)
        .execute(),
    sweep: async (before) => void (await db.deleteFrom('actions').where('at', '<', before).execute()),
  }
}
