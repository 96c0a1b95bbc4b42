/** Brings the sums by single values to be those of today's dimensions: a database of before they were kept has none, one of other dimensions has others. */

import { sql } from 'kysely'
import type { Engine } from './engine.ts'
import { addValues, valued } from './rollups.ts'

const fact = 'summed_by'

/** Makes them anew from the sums of combinations, where they were made of another list. Gateways that start at once do it once. */
export async function renewValueSums({ db, lock, lockValueSums }: Engine): Promise<void> {
  const list = valued.join(' ')
  const isOfToday = async (at: Engine['db']) => (await at.selectFrom('facts').select('value').where('name', '=', fact).executeTakeFirst())?.value === list
  if (await isOfToday(db)) return
  await db.transaction().execute(async (transaction) => {
    await lock(transaction)
    if (await isOfToday(transaction)) return
    await lockValueSums(transaction)
    await transaction.deleteFrom('rollups_value').execute()
    // A day at a time: all at once would take hundreds of megabytes.
    const days = await transaction.selectFrom('rollups_day').select('period').distinct().orderBy('period').execute()
    for (const { period } of days) await sql.raw(addValues(`select * from rollups_day where period = ${period}`)).execute(transaction)
    await transaction
      .insertInto('facts')
      .values({ name: fact, value: list })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: list }))
      .execute()
  })
}
