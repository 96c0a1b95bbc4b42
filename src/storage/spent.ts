/** What was spent of budgets, to be read: who shows it, and who tells of it before it is gone. */

import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

export interface Spent {
  /** Counters of one rule in the window that begins then, by id. */
  list(query: SpentQuery): Promise<readonly SpentCounter[]>
}

export interface SpentQuery {
  /** What the ids of the rule's counters begin with. */
  readonly under: string
  /** Milliseconds since 1970. */
  readonly from: number
  /** Those alone of which so much was spent. */
  readonly least?: number
  readonly most: number
  /** Those behind this one. */
  readonly behind?: string | undefined
}

/** Nano-dollars. */
export interface SpentCounter {
  readonly counter: string
  readonly spent: number
}

export function storedSpent(db: Kysely<Tables>): Spent {
  return {
    list: ({ under, from, least = 0, most, behind = under }) =>
      db
        .selectFrom('spending')
        .select(['counter', 'spent'])
        .where('counter', '>=', behind)
        .where('counter', '<', endOf(under))
        .$if(behind !== under, (query) => query.where('counter', '!=', behind))
        .where('window_from', '=', from)
        .where('spent', '>=', least)
        .orderBy('counter')
        .limit(most)
        .execute(),
  }
}

/** Ids are `under` alone, or go on with `|`. */
const endOf = (under: string): string => `${under}}`
