/** What was spent of budgets, to be read: who shows it, and who tells of it before it is gone. */

import { sql, type Expression, type Kysely } from 'kysely'
import { now } from '../base/clock.ts'
import type { Tables } from './tables.ts'

export interface Spent {
  /** Counters of one rule in the window that begins then. */
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
  /** By id, those behind this one; those that most is spent of come first where it is not given. */
  readonly behind?: string
}

/** Nano-dollars. */
export interface SpentCounter {
  readonly counter: string
  /** With what was spent beyond the window before. */
  readonly spent: number
  /** What living processes have taken out for calls. What a call spent may count twice for a moment. */
  readonly reserved: number
}

/** Where the tables of counters can be read beside all others. */
interface Place {
  withCounters<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T>
}

export function storedSpent({ withCounters }: Place): Spent {
  return { list: (query) => withCounters((db) => listSpent(db, query)) }
}

const listSpent = (db: Kysely<Tables>, { under, from, least = 0, most, behind }: SpentQuery): Promise<readonly SpentCounter[]> =>
  db
    .selectFrom(partsOf(db, under, from).as('parts'))
    .select(({ fn, ref }) => ['counter', whole(fn.sum(ref('spent'))).as('spent'), whole(fn.sum(ref('reserved'))).as('reserved')])
    .groupBy('counter')
    .having(({ fn }) => fn.sum('spent'), '>=', least)
    .$if(behind !== undefined, (query) => query.where('counter', '>', behind!))
    .$if(behind === undefined, (query) => query.orderBy(({ fn }) => fn.sum('spent'), 'desc'))
    .orderBy('counter')
    .limit(most)
    .execute()

/** What was spent, the debts that windows began with, and what is held. */
function partsOf(db: Kysely<Tables>, under: string, from: number) {
  const none = sql<number>`0`
  // `}` is the character after `|`.
  const isUnder = (column: 'counter' | 'id') =>
    sql<boolean>`(${sql.ref(column)} = ${under} or (${sql.ref(column)} >= ${`${under}|`} and ${sql.ref(column)} < ${`${under}}`}))`
  const spent = db
    .selectFrom('spending')
    .select(['counter', 'spent', none.as('reserved')])
    .where(isUnder('counter'))
    .where('window_from', '=', from)
  const debts = db
    .selectFrom('counters')
    .select(['id as counter', 'taken as spent', none.as('reserved')])
    .where(isUnder('id'))
    .where('window_from', '=', from)
  const held = db
    .selectFrom('shares')
    .innerJoin('holders', 'holders.instance', 'shares.instance')
    .select(['counter', none.as('spent'), 'held as reserved'])
    .where(isUnder('counter'))
    .where('window_from', '=', from)
    .where('ends_at', '>', now())
  return spent.unionAll(debts).unionAll(held)
}

const whole = (amount: Expression<unknown>) => sql<number>`cast(${amount} as bigint)`
