/** Whether something was stored since: a few numbers that every change changes, in the place of reading all of it. */

import { sql, type Kysely } from 'kysely'
import type { Tables } from './tables.ts'

/** Versions only grow, and rows go only as a whole. */
export async function readMark(db: Kysely<Tables>): Promise<string> {
  const { rows } = await sql<{ mark: string }>`
    select concat(count(*), ' ', coalesce(sum(version), 0), ' ', count(revoked_at)) as mark from client_keys
    union all select concat(count(*), ' ', coalesce(sum(version), 0), ' ', 0) from credentials
    union all select concat(count(*), ' ', coalesce(sum(version), 0), ' ', 0) from chains
    union all select concat(count(*), ' ', coalesce(sum(version), 0), ' ', 0) from objects`.execute(db)
  return rows.map(({ mark }) => mark).join(', ')
}
