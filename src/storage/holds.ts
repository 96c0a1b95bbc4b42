/** Legal holds in the database. */

import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

export interface Holds {
  list(): Promise<readonly Hold[]>
  /** Resolves to the hold that stands, which may be an earlier one. */
  put(hold: Hold): Promise<Hold>
  /** Whether there was one. */
  remove(tenant: string): Promise<boolean>
}

/** A legal hold: nothing of the tenant is removed from the index or from any log. */
export interface Hold {
  readonly tenant: string
  /** Milliseconds since 1970. */
  readonly since: number
  readonly by: string
}

export function storedHolds(db: Kysely<Tables>): Holds {
  const list = () => db.selectFrom('holds').select(['tenant', 'since', 'who as by']).orderBy('tenant').execute()
  return {
    list,
    put: async (hold) => {
      const { by: who, ...rest } = hold
      await db
        .insertInto('holds')
        .values({ ...rest, who })
        .onConflict((conflict) => conflict.column('tenant').doNothing())
        .execute()
      return (await list()).find(({ tenant }) => tenant === hold.tenant) ?? hold
    },
    remove: async (tenant) => (await db.deleteFrom('holds').where('tenant', '=', tenant).executeTakeFirst()).numDeletedRows > 0n,
  }
}
