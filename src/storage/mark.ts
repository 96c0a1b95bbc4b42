/** Whether something was stored since: a few sums that every change changes, whoever made it, in the place of reading all of it. */

import { sql, type Kysely } from 'kysely'
import type { Changes } from './changes.ts'
import type { Tables } from './tables.ts'

/** Versions only grow, and rows go only as a whole. Where one goes and another comes in its place, the numbers of changes alone tell of it. */
export async function readMark(db: Kysely<Tables>): Promise<string> {
  // In an order that is said: PostgreSQL counts large tables at once, and gives first who is done first.
  const { rows } = await sql<{ mark: string }>`
    select 1 as place, concat(count(*), ' ', coalesce(sum(version), 0), ' ', count(revoked_at)) as mark from client_keys
    union all select 2, concat(count(*), ' ', coalesce(sum(version), 0), ' ', 0) from credentials
    union all select 3, concat(count(*), ' ', coalesce(sum(version), 0), ' ', 0) from chains
    union all select 4, concat(count(*), ' ', coalesce(sum(version), 0), ' ', 0) from objects
    union all select 5, concat(coalesce(sum(newest), 0)) from changes
    order by place`.execute(db)
  return rows.map(({ mark }) => mark).join(', ')
}

interface Marked {
  readonly version: number
  readonly revokedAt?: number | undefined
}

/** What the mark is where these rows are all that is stored, up to these changes: of keys, credentials, chains and objects. */
export const markOf = (changes: Changes, ...tables: readonly Iterable<Marked>[]): string =>
  [...tables.map(sumsOf), Object.values(changes).reduce((sum, newest) => sum + newest, 0)].join(', ')

function sumsOf(rows: Iterable<Marked>): string {
  let [count, versions, revoked] = [0, 0, 0]
  for (const { version, revokedAt } of rows) {
    count += 1
    versions += version
    if (revokedAt !== undefined) revoked += 1
  }
  return `${count} ${versions} ${revoked}`
}
