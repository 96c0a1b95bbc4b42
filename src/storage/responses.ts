/** Answers that can be asked for again: where they are, and the sealed content of those that are kept here. */

import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { asStored } from './entry-fields.ts'
import type { KeptResponse, ResponsePlace, Responses } from './store.ts'
import type { Tables } from './tables.ts'

export function storedResponses(db: Kysely<Tables>): Responses {
  return {
    put: (places, kept) =>
      db.transaction().execute(async (transaction) => {
        await putPlaces(transaction, places)
        for (const one of kept) await putKept(transaction, one)
      }),
    find: async (owner, ids, at) => (ids.length === 0 ? [] : findPlaces(db, { owner, ids, at })),
    load: async (owner, id, at) => {
      const row = await db
        .selectFrom('kept_responses')
        .select('sealed')
        .where('owner', '=', owner)
        .where('id', '=', id)
        .where('expires_at', '>', at)
        .executeTakeFirst()
      return row?.sealed
    },
    remove: (owner, id) =>
      db.transaction().execute(async (transaction) => {
        const places = await transaction.deleteFrom('response_places').where('owner', '=', owner).where('response_id', '=', id).executeTakeFirst()
        await transaction.deleteFrom('kept_responses').where('owner', '=', owner).where('id', '=', id).execute()
        return places.numDeletedRows > 0n
      }),
    sweep: async (at, most) => {
      for (const table of ['response_places', 'kept_responses'] as const) {
        await db.deleteFrom(table).where('expires_at', '<=', at).execute()
        await db.deleteFrom(table).where('owner', 'in', endedKeys(db, at)).execute()
      }
      await limitPlaces(db, most.places)
      return limitKept(db, most.bytes)
    },
  }
}

interface Sought {
  readonly owner: string
  readonly ids: readonly string[]
  readonly at: number
}

async function findPlaces(db: Kysely<Tables>, { owner, ids, at }: Sought): Promise<ResponsePlace[]> {
  const found = db.selectFrom('response_places').selectAll().where('owner', '=', owner).where('id', 'in', ids.map(asStored))
  const rows = await found.where('expires_at', '>', at).execute()
  return rows.map(({ response_id, created_at, expires_at, ...row }) => ({ ...row, responseId: response_id, createdAt: created_at, expiresAt: expires_at }))
}

/** One statement may meet a row once. */
const oncePerId = <Row extends { readonly owner: string; readonly id: string }>(rows: readonly Row[]): Row[] => [
  ...new Map(rows.map((row) => [`${row.owner} ${row.id}`, row])).values(),
]

/** Ids are a provider's words, and the model is a client's: a character that a database cannot hold must not keep out the answers of others. */
const storable = (place: ResponsePlace): ResponsePlace => ({
  ...place,
  id: asStored(place.id),
  responseId: asStored(place.responseId),
  model: asStored(place.model),
})

async function putPlaces(db: Kysely<Tables>, places: readonly ResponsePlace[]): Promise<void> {
  if (places.length === 0) return
  const rows = oncePerId(places.map(storable)).map(({ responseId, createdAt, expiresAt, ...place }) => ({
    ...place,
    response_id: responseId,
    created_at: createdAt,
    expires_at: expiresAt,
  }))
  await db
    .insertInto('response_places')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['owner', 'id']).doUpdateSet(({ ref }) => ({
        response_id: ref('excluded.response_id'),
        connection: ref('excluded.connection'),
        model: ref('excluded.model'),
        created_at: ref('excluded.created_at'),
        expires_at: ref('excluded.expires_at'),
      })),
    )
    .execute()
}

async function putKept(db: Kysely<Tables>, { owner, id: given, sealed, createdAt, expiresAt }: KeptResponse): Promise<void> {
  const id = asStored(given)
  const content = { sealed, size: sealed.length, created_at: createdAt, expires_at: expiresAt }
  await db
    .insertInto('kept_responses')
    .values({ owner, id, ...content })
    .onConflict((conflict) => conflict.columns(['owner', 'id']).doUpdateSet(content))
    .execute()
}

/** Nobody can ask for what they were told. */
const endedKeys = (db: Kysely<Tables>, at: number) =>
  db
    .selectFrom('client_keys')
    .select('id')
    .where((where) => where.or([where('revoked_at', 'is not', null), where('expires_at', '<=', at)]))

async function limitPlaces(db: Kysely<Tables>, most: number): Promise<void> {
  const tooOld = await db.selectFrom('response_places').select('created_at').orderBy('created_at', 'desc').offset(most).limit(1).executeTakeFirst()
  if (tooOld !== undefined) await db.deleteFrom('response_places').where('created_at', '<=', tooOld.created_at).execute()
}

async function limitKept(db: Kysely<Tables>, bytes: number): Promise<number> {
  const sum = sql<number>`cast(coalesce(sum(size), 0) as bigint)`
  const { held } = await db.selectFrom('kept_responses').select(sum.as('held')).executeTakeFirstOrThrow()
  if (held <= bytes) return 0
  const { numAffectedRows } = await sql`
    delete from kept_responses where (owner, id) in (
      select owner, id from (select owner, id, sum(size) over (order by created_at desc, owner, id) as running from kept_responses) as newest
      where running > ${bytes}
    )`.execute(db)
  return Number(numAffectedRows ?? 0)
}
