/** The order in which what is published was changed: a number for each change of a table, so that whoever has read the table reads on from there. */

import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

/** The number of the newest change of each table that a snapshot is made of. */
export type Changes = Readonly<Record<ChangedTable, number>>

export type ChangedTable = Tables['changes']['name']

export async function readChanges(db: Kysely<Tables>): Promise<Changes> {
  const rows = await db.selectFrom('changes').selectAll().execute()
  return Object.fromEntries(rows.map(({ name, newest }) => [name, newest])) as Changes
}

/** Changes a table, all or nothing. Whoever else changes it waits from here on: no number is seen before the one below it. */
export function recordChange<T>(db: Kysely<Tables>, name: ChangedTable, work: (transaction: Kysely<Tables>, changed: number) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (transaction) => {
    const counted = transaction.updateTable('changes').set(({ eb }) => ({ newest: eb('newest', '+', 1) }))
    const { newest } = await counted.where('name', '=', name).returning('newest').executeTakeFirstOrThrow()
    return work(transaction, newest)
  })
}
