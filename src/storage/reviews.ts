/** Calls that are held for a person: who asks for what, what was decided by whom, and the sealed content until then. */

import { sql, type ExpressionBuilder, type Kysely } from 'kysely'
import type { Denial } from '../policy/review.ts'
import type { Engine } from './engine.ts'
import { writeNotice, type Notice } from './notices.ts'
import type { Tables } from './tables.ts'

export type ReviewState = Tables['reviews']['state']

/** Times are milliseconds since 1970, money is nano-dollars; `ReviewRow` of `tables.ts` says more. */
export interface Review {
  readonly id: string
  readonly tenant: string
  readonly key: string | null
  /** Whose key it is. */
  readonly user: string | null
  readonly rule: string
  readonly estimate: number | null
  readonly model: string
  readonly surface: string
  readonly decision: string
  readonly createdAt: number
  readonly endsAt: number
  readonly state: ReviewState
  readonly uses: number | null
  readonly budget: number | null
  readonly reason: Denial | null
  readonly decidedBy: string | null
  readonly decidedAt: number | null
  readonly ranFor: string | null
  readonly content: Tables['reviews']['content']
}

type Asking = Pick<Review, 'id' | 'tenant' | 'key' | 'user' | 'rule' | 'estimate' | 'model' | 'surface' | 'decision' | 'createdAt' | 'endsAt' | 'content'>

export interface NewReview extends Asking {
  readonly hash: string
  /** From `seal` of `base/seal.ts`; null where there is no content. */
  readonly sealed: Uint8Array | null
}

/** Exact in one process and in a file; two processes that add at the same moment on PostgreSQL may go beyond it by one. */
export interface ReviewBounds {
  readonly pendingOfKey: number
  readonly pending: number
  /** Of all sealed contents together. */
  readonly bytes: number
}

export interface Verdict extends Pick<Review, 'uses' | 'budget' | 'reason'> {
  readonly state: 'approved' | 'denied'
  readonly by: string
  readonly at: number
  /** Until when it counts. */
  readonly endsAt: number
}

export interface ReviewQuery {
  readonly tenant?: string
  readonly key?: string
  readonly state?: ReviewState
  readonly limit: number
  /** Those that were made before this one. */
  readonly before?: string
}

export interface StoredReviews {
  /** The review that a payload comes to at that time. */
  find(hash: string, at: number): Promise<Review | undefined>
  /** Adds it, and the notice of it, unless the payload has come to one meanwhile; resolves to the one that stands. */
  add(review: NewReview, bounds: ReviewBounds, told?: { readonly notice: Notice; readonly receivers: readonly string[] }): Promise<Review | 'full'>
  get(id: string): Promise<Review | undefined>
  /** Newest first. */
  list(query: ReviewQuery): Promise<readonly Review[]>
  /** Of those with these ids, the ones that wait for nobody any more. */
  decided(ids: readonly string[]): Promise<readonly Review[]>
  /** The ids of all that wait, oldest first. */
  pending(): Promise<readonly string[]>
  /** What was sealed; undefined where it waits for nobody, or has no content. */
  content(id: string, at: number): Promise<Uint8Array | undefined>
  /** Decides, and erases the content. False where that is done already, or its time is over: the first decision counts. */
  decide(id: string, verdict: Verdict): Promise<boolean>
  /** Takes one use of what is approved, for one call. False where there is none left at that time. */
  claim(id: string, decision: string, at: number): Promise<boolean>
  /** Gives back the use that this call took last. Rejects with `conflict` where the payload came to another review meanwhile. */
  giveBack(id: string, decision: string, at: number): Promise<void>
  /** Ends what has had its time, and removes what ended before `keptFrom`, and the oldest that are more than `most`. Resolves to how many it ended. */
  sweep(at: number, keptFrom: number, most: number): Promise<number>
}

// oxfmt-ignore
const shown = [
  'id', 'tenant', 'key_id as key', 'user_id as user', 'rule', 'estimate', 'model', 'surface', 'decision', 'created_at as createdAt', 'ends_at as endsAt',
  'state', 'uses', 'budget', 'reason', 'decided_by as decidedBy', 'decided_at as decidedAt', 'ran_for as ranFor', 'content',
] as const

/** What is left of the content. */
const erased = ({ eb }: ExpressionBuilder<Tables, 'reviews'>) => ({
  sealed: null,
  size: 0,
  content: eb.case().when('content', '=', 'kept').then(sql.lit('erased')).else(eb.ref('content')).end() as never,
})

export function storedReviews({ db, scrub }: Pick<Engine, 'db' | 'scrub'>): StoredReviews {
  // Who reads meanwhile keeps pages of before: they are overwritten once more with the next sweep.
  let isErased = false
  const erase = async (): Promise<void> => {
    isErased = true
    await scrub().catch(() => {})
  }
  return {
    ...asked(db),
    ...decisions(db, erase),
    ...readings(db),
    sweep: async (at, keptFrom, most) => {
      const ended = await end(db, at)
      await removeOld(db, keptFrom, most)
      if (ended > 0 || isErased) await scrub()
      isErased = false
      return ended
    },
  }
}

function asked(db: Kysely<Tables>): Pick<StoredReviews, 'find' | 'add'> {
  const standing = (at: Kysely<Tables>, hash: string) => read(at).where('stands_for', '=', hash)
  return {
    find: async (hash, at) => {
      const found = await standing(db, hash).executeTakeFirst()
      if (found === undefined || found.endsAt > at) return found as Review | undefined
      await end(db, at, hash)
      return undefined
    },
    add: ({ key, user, createdAt, endsAt, hash, sealed, ...review }, bounds, told) =>
      db.transaction().execute(async (transaction) => {
        const { held, ofKey, bytes } = await countPending(transaction, key)
        const size = sealed?.length ?? 0
        if (held >= bounds.pending || ofKey >= bounds.pendingOfKey || bytes + size > bounds.bytes) return 'full'
        const times = { created_at: createdAt, ends_at: endsAt }
        const { numInsertedOrUpdatedRows } = await transaction
          .insertInto('reviews')
          .values({ ...review, ...times, key_id: key, user_id: user, hash, stands_for: hash, state: 'pending', sealed, size })
          .onConflict((conflict) => conflict.column('stands_for').doNothing())
          .executeTakeFirst()
        if (numInsertedOrUpdatedRows && told !== undefined) await writeNotice(transaction, told.notice, told.receivers)
        return (await standing(transaction, hash).executeTakeFirstOrThrow()) as Review
      }),
  }
}

async function countPending(db: Kysely<Tables>, key: string | null) {
  const whole = (text: string) => sql<number>`cast(coalesce(${sql.raw(text)}, 0) as bigint)`
  const pending = db.selectFrom('reviews').where('state', '=', 'pending')
  const { held, bytes } = await pending.select([whole('count(*)').as('held'), whole('sum(size)').as('bytes')]).executeTakeFirstOrThrow()
  const { ofKey } = await pending
    .where('key_id', key === null ? 'is' : '=', key)
    .select(whole('count(*)').as('ofKey'))
    .executeTakeFirstOrThrow()
  return { held, ofKey, bytes }
}

const read = (db: Kysely<Tables>) => db.selectFrom('reviews').select(shown)

/** Silence was a no; what was approved counts no longer, and neither does a denial. */
async function end(db: Kysely<Tables>, at: number, hash?: string): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('reviews')
    .set((where) => ({
      ...erased(where),
      stands_for: null,
      state: where.eb.case().when('state', '=', 'denied').then(sql.lit('denied')).else(sql.lit('expired')).end() as never,
    }))
    .where('stands_for', hash === undefined ? 'is not' : '=', hash ?? null)
    .where('ends_at', '<=', at)
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

/** A change of a review that is in one of these states then, in its time. */
const change = (db: Kysely<Tables>, id: string, states: readonly ReviewState[], at: number) =>
  db.updateTable('reviews').where('id', '=', id).where('state', 'in', states).where('ends_at', '>', at)

function decisions(db: Kysely<Tables>, erase: () => Promise<void>): Pick<StoredReviews, 'decide' | 'claim' | 'giveBack'> {
  return {
    decide: async (id, { state, uses, budget, reason, by, at, endsAt }) => {
      const decided = { state, uses, budget, reason, decided_by: by, decided_at: at, ends_at: endsAt }
      const { numUpdatedRows } = await change(db, id, ['pending'], at)
        .set((where) => ({ ...erased(where), ...decided }))
        .executeTakeFirst()
      if (numUpdatedRows > 0n) await erase()
      return numUpdatedRows > 0n
    },
    claim: async (id, decision, at) => {
      const { numUpdatedRows } = await change(db, id, ['approved'], at)
        .set(({ eb, ref }) => ({
          uses: eb('uses', '-', 1),
          ran_for: decision,
          state: eb.case().when('uses', '=', 1).then(sql.lit('used')).else(ref('state')).end() as never,
          stands_for: eb.case().when('uses', '=', 1).then(null).else(ref('stands_for')).end(),
        }))
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    giveBack: async (id, decision, at) => {
      await change(db, id, ['approved', 'used'], at)
        .where('ran_for', '=', decision)
        .set(({ eb, ref }) => ({ uses: eb('uses', '+', 1), state: 'approved', stands_for: ref('hash'), ran_for: null }))
        .execute()
    },
  }
}

async function removeOld(db: Kysely<Tables>, keptFrom: number, most: number): Promise<void> {
  const ended = db.deleteFrom('reviews').where('stands_for', 'is', null)
  await ended.where('ends_at', '<=', keptFrom).execute()
  const tooOld = await db.selectFrom('reviews').select('id').orderBy('id', 'desc').offset(most).limit(1).executeTakeFirst()
  if (tooOld !== undefined) await ended.where('id', '<=', tooOld.id).execute()
}

function readings(db: Kysely<Tables>): Pick<StoredReviews, 'get' | 'list' | 'decided' | 'pending' | 'content'> {
  return {
    get: async (id) => (await read(db).where('id', '=', id).executeTakeFirst()) as Review | undefined,
    list: async ({ tenant, key, state, limit, before }) =>
      (await read(db)
        .$if(tenant !== undefined, (query) => query.where('tenant', '=', tenant!))
        .$if(key !== undefined, (query) => query.where('key_id', '=', key!))
        .$if(state !== undefined, (query) => query.where('state', '=', state!))
        .$if(before !== undefined, (query) => query.where('id', '<', before!))
        .orderBy('id', 'desc')
        .limit(limit)
        .execute()) as readonly Review[],
    decided: async (ids) => (await read(db).where('id', 'in', ids).where('state', '<>', 'pending').execute()) as readonly Review[],
    pending: async () => (await db.selectFrom('reviews').select('id').where('state', '=', 'pending').orderBy('id').execute()).map(({ id }) => id),
    content: async (id, at) =>
      (await db.selectFrom('reviews').select('sealed').where('id', '=', id).where('state', '=', 'pending').where('ends_at', '>', at).executeTakeFirst())
        ?.sealed ?? undefined,
  }
}
