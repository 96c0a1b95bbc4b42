/** What stores ask their databases, heard on the way; and which tables those have to read from one end to the other for it. */

import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { Connection } from '../../src/storage/sqlite/connection.ts'
import type { Request, Value } from '../../src/storage/sqlite/messages.ts'
import type { StoreOptions } from '../../src/storage/store.ts'

/** By the text of a statement: the values that it was asked with last. */
type Heard = Map<string, readonly unknown[]>

/** Hears all that this process asks from now on. What the thread of SQLite prepares for itself, of constant texts, is not among it. */
export function hear(): Heard {
  const heard: Heard = new Map()
  const { ask } = Connection.prototype
  Connection.prototype.ask = function (this: Connection, request: Request) {
    if (request.kind === 'query') heard.set(request.sql, request.parameters)
    return Reflect.apply(ask, this, [request]) as unknown
  } as typeof ask
  const { query } = pg.Client.prototype
  pg.Client.prototype.query = function (this: pg.Client, ...asked: readonly unknown[]) {
    const [first, values] = asked
    const { text, values: own } = typeof first === 'string' ? { text: first, values } : (first as { readonly text: string; readonly values?: unknown })
    heard.set(text, (own as readonly unknown[] | undefined) ?? [])
    return Reflect.apply(query, this, asked) as unknown
  } as typeof query
  return heard
}

/** Of what was heard: what looks for something by a text. */
const byText = ([text, values]: readonly [string, readonly unknown[]]): boolean =>
  /\bwhere\b/i.test(text) && values.flat().some((value) => typeof value === 'string')

/** The tables that are read from end to end when that is asked of this database, each with a statement that does so. */
export async function scansOf(heard: Heard, options: StoreOptions): Promise<ReadonlyMap<string, string>> {
  const asked = [...heard].filter(byText)
  const plans = 'url' in options ? await plansOfPostgres(options.url, asked) : plansOfSqlite(options.file, asked)
  return new Map(plans.flatMap(({ text, tables }) => tables.map((table) => [table, text.replaceAll(/\s+/g, ' ').trim()] as const)))
}

interface Plan {
  readonly text: string
  /** Those that are read whole. */
  readonly tables: readonly string[]
}

type Asked = readonly (readonly [text: string, values: readonly unknown[]])[]

/** https://sqlite.org/eqp.html: `SCAN` is all of a table, also where it goes by an index for the order. */
function plansOfSqlite(file: string, asked: Asked): readonly Plan[] {
  const database = new DatabaseSync(file)
  try {
    database.prepare('attach database ? as counting').run(join(dirname(file), 'counters.db'))
    const isTable = (name: string) => database.prepare('select 1 from pragma_table_list where name = ?').get(name) !== undefined
    return asked.map(([text, values]) => {
      const steps = database.prepare(`explain query plan ${text}`).all(...(values as readonly Value[])) as { readonly detail: string }[]
      const scanned = steps.flatMap(({ detail }) => /^SCAN (\w+)/.exec(detail)?.[1] ?? [])
      // Behind `as` stands the alias of a table, or the name of rows that were found before.
      const tableOf = (name: string) => new RegExp(`\\b(\\w+)"? as "?${name}\\b`).exec(text)?.[1] ?? name
      return { text, tables: scanned.map(tableOf).filter(isTable) }
    })
  } finally {
    database.close()
  }
}

/** Small tables are read whole whatever there is: only what no index leads to is so where that is made dear. */
async function plansOfPostgres(url: string, asked: Asked): Promise<readonly Plan[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('set enable_seqscan = off')
    const plans: Plan[] = []
    for (const [text, values] of asked) {
      const { rows } = await client.query<{ readonly 'QUERY PLAN': readonly [{ readonly Plan: PlanStep }] }>(`explain (format json) ${text}`, [...values])
      plans.push({ text, tables: wholeIn(rows[0]!['QUERY PLAN'][0].Plan) })
    }
    return plans
  } finally {
    await client.end()
  }
}

/** https://www.postgresql.org/docs/current/using-explain.html */
interface PlanStep {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  /** What is looked up in the index; without it all of the table is read in the index's order. */
  readonly 'Index Cond'?: string
  readonly Plans?: readonly PlanStep[]
}

function wholeIn(step: PlanStep): readonly string[] {
  const { 'Node Type': kind, 'Relation Name': table, 'Index Cond': condition, Plans: steps = [] } = step
  const isWhole = table !== undefined && condition === undefined && /^(Seq|Index|Index Only) Scan$/.test(kind)
  return [...(isWhole ? [table] : []), ...steps.flatMap(wholeIn)]
}
