/** How receipts leave the index: at once, and with a note of what the log must still erase, so that no end of a process leaves one behind. */

import { sql, type Kysely, type Transaction } from 'kysely'
import { periodMs, rollupTables, valued } from './rollups.ts'
import type { Tables } from './tables.ts'

/** How receipts leave the index: each note of what its log must still erase is stored with that. Sums stay, since they hold no person. */
export interface Removals {
  /** Takes some of those out whose time has come, but for tenants under a hold. Resolves to how many; 0 where there are no more. */
  takeExpired(at: number): Promise<number>
  /** Takes some of those out that have one of these pseudonyms, as `takeExpired` does. */
  takeUser(pseudonyms: readonly string[], erasing: Erasing): Promise<number>
  /** How many have one of these pseudonyms. */
  count(pseudonyms: readonly string[]): Promise<number>
  /** How many that left for this reason are still in a log. */
  countWaiting(reason: Erasing['reason']): Promise<number>
  /** Some of what a log must erase. */
  due(log: string): Promise<readonly { readonly position: number; readonly by: string; readonly reason: Erasing['reason'] }[]>
  /** It is erased there. */
  done(log: string, positions: readonly number[]): Promise<void>
  /** Removes the sums of periods that ended before that time. */
  dropSums(before: number): Promise<void>
}

/** On whose word (`retention`, `admin`, or the id of a key), why, and when. */
export interface Erasing {
  readonly by: string
  readonly reason: 'retention' | 'end_user' | 'operator'
  readonly at: number
}

/** Rows of one transaction: others wait for the database no longer than that takes. */
const atOnce = 500
/** What a log erases at once it reads once: this is one segment's. */
const dueAtOnce = 4096

/** Nothing of a tenant that is held goes, whatever the time. */
const isFree = sql<boolean>`combo not in (select id from combos where tenant_id in (select tenant from holds))`

interface Taken {
  readonly seq: number
  readonly log: number | null
  readonly position: number | null
}

/** Of an engine, whose whole type leads back here. */
interface Index {
  readonly db: Kysely<Tables>
  addUp(): Promise<void>
  scrub(): Promise<void>
}

/** Receipts are added up before they go: of those that are gone nobody could. */
export function storedRemovals(engine: Index): Removals {
  return { ...takings(engine), ...rests(engine) }
}

function takings({ db, addUp }: Index): Pick<Removals, 'takeExpired' | 'takeUser' | 'count' | 'dropSums'> {
  return {
    takeExpired: async (at) => {
      await addUp()
      return db.transaction().execute(async (transaction) => {
        const expired = transaction.selectFrom('receipts').where('expires_at', '<=', at).where(isFree).orderBy('expires_at')
        return take(transaction, await expired.select(spot).limit(atOnce).execute(), { by: 'retention', reason: 'retention', at })
      })
    },
    takeUser: async (pseudonyms, erasing) => {
      await addUp()
      return db
        .transaction()
        .execute(async (transaction) => take(transaction, await ofUser(transaction, pseudonyms).select(spot).limit(atOnce).execute(), erasing))
    },
    count: async (pseudonyms) => (await ofUser(db, pseudonyms).select(db.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()).count,
    dropSums: async (before) => {
      for (const table of rollupTables) {
        const period = Math.floor(before / periodMs[table])
        await db.deleteFrom(table).where('period', '<', period).where(isFree).execute()
      }
      const held = db.selectFrom('holds').select('tenant')
      const day = Math.floor(before / periodMs.rollups_day)
      // All dimensions are named, so that the key finds the days.
      await db.deleteFrom('rollups_value').where('dimension', 'in', valued).where('period', '<', day).where('tenant', 'not in', held).execute()
    },
  }
}

/** What the logs must still erase. */
function rests({ db, scrub }: Index): Pick<Removals, 'countWaiting' | 'due' | 'done'> {
  const notes = db.selectFrom('removals')
  return {
    countWaiting: async (reason) => (await notes.select(db.fn.countAll<number>().as('count')).where('reason', '=', reason).executeTakeFirstOrThrow()).count,
    due: (log) =>
      notes
        .innerJoin('logs', 'logs.id', 'removals.log')
        .select(['removals.position', 'removals.reason', 'removals.who as by'])
        .where('logs.name', '=', log)
        .orderBy('removals.reason')
        .orderBy('removals.who')
        .orderBy('removals.position')
        .limit(dueAtOnce)
        .execute(),
    done: async (log, positions) => {
      if (positions.length === 0) return
      const number = db.selectFrom('logs').select('id').where('name', '=', log)
      await db.deleteFrom('removals').where('log', '=', number).where('position', 'in', positions).execute()
      await scrub()
    },
  }
}

const spot = ['seq', 'log', 'position'] as const

/** No pseudonym is nobody’s, and finds nothing. */
function ofUser(db: Kysely<Tables>, pseudonyms: readonly string[]) {
  return db.selectFrom('receipts').where('user_pseudonym', 'in', pseudonyms.length === 0 ? [''] : pseudonyms)
}

/** Receipts of before there was a log stand nowhere else. */
async function take(db: Transaction<Tables>, rows: readonly Taken[], { by, reason, at }: Erasing): Promise<number> {
  if (rows.length === 0) return 0
  const logged = rows.flatMap(({ log, position }) => (log === null || position === null ? [] : [{ log, position, who: by, reason, noted_at: at }]))
  if (logged.length > 0)
    await db
      .insertInto('removals')
      .values(logged)
      .onConflict((conflict) => conflict.columns(['log', 'position']).doNothing())
      .execute()
  const taken = rows.map(({ seq }) => seq)
  await db.deleteFrom('receipt_labels').where('seq', 'in', taken).execute()
  await db.deleteFrom('receipts').where('seq', 'in', taken).execute()
  return taken.length
}
