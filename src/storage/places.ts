/** The health of places in the database, so that it outlives a process and others know of it. */

import type { Kysely } from 'kysely'
import { asStored } from './entry-fields.ts'
import type { Places } from './store.ts'
import type { Tables } from './tables.ts'

export function storedPlaces(db: Kysely<Tables>): Places {
  return {
    put: async (instance, records) => {
      // In one order, so that two processes that write the same ones do not wait for each other.
      const rows = records
        .filter(({ place }) => isStorable(place))
        .toSorted((one, other) => (one.place < other.place ? -1 : 1))
        .map(({ isBroken, until, changedAt, ...record }) => ({ ...record, is_broken: isBroken ? 1 : 0, ends_at: until, changed_at: changedAt, instance }))
      if (rows.length === 0) return
      await db.transaction().execute(async (transaction) => {
        for (let at = 0; at < rows.length; at += atOnce) await putSome(transaction, rows.slice(at, at + atOnce))
      })
    },
    list: async (at) => {
      const rows = await db
        .selectFrom('places')
        .selectAll()
        .where((where) => where.or([where('ends_at', '>', at), where('changed_at', '>', at - stillNews)]))
        .execute()
      return rows.map(({ is_broken, ends_at, changed_at, ...row }) => ({ ...row, isBroken: is_broken === 1, until: ends_at, changedAt: changed_at }))
    },
    sweep: async (at) => {
      await db
        .deleteFrom('places')
        .where('ends_at', '<', at - stillNews)
        .where('changed_at', '<', at - stillNews)
        .execute()
    },
  }
}

/** Clients name models: one that no text of a database can hold would keep out all others of its batch, again and again. */
const isStorable = (place: string): boolean => asStored(place) === place

/** Rows of one statement: databases bound what it may hold. */
const atOnce = 500

async function putSome(db: Kysely<Tables>, rows: readonly Tables['places'][]): Promise<void> {
  await db
    .insertInto('places')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column('place')
        .doUpdateSet(({ ref }) => ({
          reason: ref('excluded.reason'),
          is_broken: ref('excluded.is_broken'),
          ends_at: ref('excluded.ends_at'),
          times: ref('excluded.times'),
          changed_at: ref('excluded.changed_at'),
          instance: ref('excluded.instance'),
        }))
        .where(({ eb, ref }) => eb.or([eb(ref('excluded.ends_at'), '=', 0), eb(ref('excluded.ends_at'), '>', ref('places.ends_at'))])),
    )
    .execute()
}

/** Milliseconds that a place that is trusted again is told of: whoever looks once a second hears of it. */
const stillNews = 60_000
