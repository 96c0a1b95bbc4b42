/** Whether something was stored since: a few sums that every change changes, whoever made it, in the place of reading all of it. */

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

interface Marked {
  readonly version: number
  readonly revokedAt?: number | undefined
}

/** What the mark is where these rows are all that is stored: of keys, credentials, chains and objects. */
export const markOf = (...tables: readonly Iterable<Marked>[]): string => tables.map(sumsOf).join(', ')

function sumsOf(rows: Iterable<Marked>): string {
  let [count, versions, revoked] = [0, 0, 0]
  for (const { version, revokedAt } of rows) {
    count += 1
    versions += version
    if (revokedAt !== undefined) revoked += 1
  }
  return `${count} ${versions} ${revoked}`
}
