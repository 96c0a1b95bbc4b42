/** What operators are told of, in the database: written once by whoever saw it first, and there until each receiver has it. */

import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

export interface Notices {
  /** Writes it down with those who are to hear of it, all or nothing. False where somebody had it told already. */
  put(notice: Notice, receivers: readonly string[]): Promise<boolean>
  /** The newest first; those of one tenant where it is given. */
  list(query: { readonly tenant?: string | undefined; readonly most: number }): Promise<readonly TracedNotice[]>
  /** Those whose turn it is at one of the receivers, the oldest first. */
  due(receivers: readonly string[], at: number, most: number): Promise<readonly Errand[]>
  /** Takes an errand on until then: false where another process was quicker. */
  claim(errand: Errand, until: number): Promise<boolean>
  /** It was told then, or is to be tried again then, or given up. */
  settle(errand: Pick<Errand, 'notice' | 'receiver'>, end: ErrandEnd): Promise<void>
  /** Forgets those of before, also the ones that nobody could be told. */
  sweep(before: number): Promise<void>
}

/** Times are milliseconds since 1970. */
export interface Notice {
  readonly id: string
  /** Two with the same are one. */
  readonly once: string
  readonly tenant: string | null
  /** JSON of `contract/alerts.ts`. */
  readonly body: string
  readonly at: number
}

export interface TracedNotice extends Notice {
  readonly receivers: readonly { readonly name: string; readonly tries: number; readonly toldAt: number | null; readonly isGivenUp: boolean }[]
}

export interface Errand {
  readonly notice: Notice
  readonly receiver: string
  /** How often it was tried. */
  readonly tries: number
}

export type ErrandEnd = { readonly toldAt: number } | { readonly nextAt: number } | { readonly isGivenUp: true }

export function storedNotices(db: Kysely<Tables>): Notices {
  return {
    put: (notice, receivers) => db.transaction().execute((transaction) => writeNotice(transaction, notice, receivers)),
    list: (query) => listTraced(db, query),
    due: async (receivers, at, most) => {
      if (receivers.length === 0) return []
      const rows = await db
        .selectFrom('errands')
        .innerJoin('notices', 'notices.id', 'errands.notice')
        .select(['id', 'once', 'tenant', 'body', 'created_at', 'receiver', 'tries'])
        .where('receiver', 'in', receivers)
        .where('next_at', '<=', at)
        .orderBy('next_at')
        .orderBy('notice')
        .limit(most)
        .execute()
      return rows.map(({ receiver, tries, created_at, ...row }) => ({ notice: { ...row, at: created_at }, receiver, tries }))
    },
    claim: async ({ notice, receiver, tries }, until) => {
      const result = await errandOf(db, notice.id, receiver)
        .set({ tries: tries + 1, next_at: until })
        .where('tries', '=', tries)
        .where('next_at', 'is not', null)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },
    settle: async ({ notice, receiver }, end) => {
      const set = 'toldAt' in end ? { told_at: end.toldAt, next_at: null } : { next_at: 'nextAt' in end ? end.nextAt : null }
      await errandOf(db, notice.id, receiver).set(set).execute()
    },
    sweep: async (before) => {
      await db
        .deleteFrom('errands')
        .where('notice', 'in', (where) => where.selectFrom('notices').select('id').where('created_at', '<', before))
        .execute()
      await db.deleteFrom('notices').where('created_at', '<', before).execute()
    },
  }
}

/** `put` as part of a transaction. */
export async function writeNotice(db: Kysely<Tables>, { id, once, tenant, body, at }: Notice, receivers: readonly string[]): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('notices')
    .values({ id, once, tenant, body, created_at: at })
    .onConflict((conflict) => conflict.column('once').doNothing())
    .executeTakeFirst()
  if (!numInsertedOrUpdatedRows) return false
  const rows = receivers.map((receiver) => ({ notice: id, receiver, tries: 0, next_at: at, told_at: null }))
  if (rows.length > 0) await db.insertInto('errands').values(rows).execute()
  return true
}

const errandOf = (db: Kysely<Tables>, notice: string, receiver: string) =>
  db.updateTable('errands').where('notice', '=', notice).where('receiver', '=', receiver)

async function listTraced(db: Kysely<Tables>, { tenant, most }: { readonly tenant?: string | undefined; readonly most: number }) {
  const notices = await db
    .selectFrom('notices')
    .selectAll()
    .$if(tenant !== undefined, (query) => query.where('tenant', '=', tenant!))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(most)
    .execute()
  if (notices.length === 0) return []
  const ids = notices.map(({ id }) => id)
  const errands = await db.selectFrom('errands').selectAll().where('notice', 'in', ids).orderBy('receiver').execute()
  return notices.map(({ created_at, ...notice }) => ({
    ...notice,
    at: created_at,
    receivers: errands
      .filter((one) => one.notice === notice.id)
      .map(({ receiver: name, tries, told_at: toldAt, next_at: next }) => ({ name, tries, toldAt, isGivenUp: toldAt === null && next === null })),
  }))
}
