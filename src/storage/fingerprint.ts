/** The master key's fingerprint in the database: nothing sealed here opens with another key. */

import type { Kysely } from 'kysely'
import type { Fingerprint } from './store.ts'
import type { Tables } from './tables.ts'

const name = 'master_key'

export function storedFingerprint(db: Kysely<Tables>): Fingerprint {
  const read = async () => (await db.selectFrom('facts').select('value').where('name', '=', name).executeTakeFirst())?.value
  return {
    read,
    claim: async (fingerprint) => {
      await db
        .insertInto('facts')
        .values({ name, value: fingerprint })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute()
      return (await read())!
    },
  }
}
