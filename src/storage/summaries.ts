/** Sums of receipts by hour, by day or over all, from the rollups: whole days from those of days, and the hours at both ends from those of hours. */

import { sql, type Kysely, type RawBuilder } from 'kysely'
import { allOf, comboConditions, type Condition } from './matching.ts'
import { addedUp, hoursOfDay, nullText, periodMs, sumNames, valued, type RollupTable } from './rollups.ts'
import type { Summary, SummaryQuery } from './store.ts'
import type { Tables } from './tables.ts'

/** After the last hour that there is, in the year 4707: where a query names no end. */
const lastHour = 24_000_000
const fewCombos = 10_000

/** A part of a table of rollups: periods from `first` on, and before `end`. */
interface Part {
  readonly table: RollupTable
  readonly first: number
  readonly end: number
}

/** What is asked of each part. */
interface Asked {
  readonly per: SummaryQuery['per']
  readonly by: readonly string[]
  readonly conditions: readonly Condition[]
  /** The one dimension by whose values days are read; undefined where only combinations tell. */
  readonly single: string | undefined
  /** Whether it is quicker to look at the sums of each combination that fits than at all. */
  readonly areFew: boolean
}

export async function summarize(db: Kysely<Tables>, query: SummaryQuery): Promise<readonly Summary[]> {
  const { by, per, from, to, dimensions = [], most } = query
  const first = from === undefined ? 0 : Math.floor(from / periodMs.rollups_hour)
  const end = to === undefined ? lastHour : Math.ceil(to / periodMs.rollups_hour)
  const conditions = comboConditions({ dimensions })
  const single = singleOf(query)
  const asked: Asked = { per, by, conditions, single, areFew: single === undefined && (await areFew(db, conditions)) }
  const parts = per === 'hour' ? [{ table: 'rollups_hour', first, end } as const] : partsOf(first, end)
  const columns = [...(per === 'total' ? [] : [sql.ref('r.period')]), ...by.map((name) => sql.ref(`r.${name}`))]
  const group = columns.length === 0 ? sql`` : sql`group by ${sql.join(columns)} order by ${sql.join(columns)}`
  const rows = sql.join(
    parts.map((part) => rowsOf(part, asked)),
    sql` union all `,
  )
  const found = await sql<Readonly<Record<string, string | number | null>>>`
    select ${sql.join([...columns, sql.raw(addedUp.join(', '))])} from (${rows}) as r ${group} ${most === undefined ? sql`` : sql`limit ${most}`}`.execute(db)
  const unit = per === 'hour' ? periodMs.rollups_hour : periodMs.rollups_day
  return found.rows.map((row) => ({
    period: per === 'total' ? null : Number(row.period) * unit,
    values: by.map((name) => row[name] as string | null),
    sums: Object.fromEntries(sumNames.map((name) => [name, row[name]])) as Summary['sums'],
  }))
}

/** The one dimension that a query is about, the tenant aside. Where it is about none, any has all receipts. */
function singleOf({ by, per, dimensions = [] }: SummaryQuery): string | undefined {
  const names = new Set([...by, ...dimensions.flatMap((filter) => filter.names)])
  names.delete('tenant_id')
  const [name = 'tenant_id', ...others] = names
  return per !== 'hour' && others.length === 0 && valued.includes(name) ? name : undefined
}

/** Whether few combinations fit. */
async function areFew(db: Kysely<Tables>, conditions: readonly Condition[]): Promise<boolean> {
  if (conditions.length === 0) return false
  const query = sql<{ count: number }>`select count(*) as count from (select c.id from combos as c where ${allOf(conditions)} limit ${fewCombos}) as fitting`
  return Number((await query.execute(db)).rows[0]!.count) < fewCombos
}

function partsOf(first: number, end: number): readonly Part[] {
  const [firstDay, endDay] = [Math.ceil(first / hoursOfDay), Math.floor(end / hoursOfDay)]
  const hours = (from: number, to: number): Part => ({ table: 'rollups_hour', first: from, end: to })
  if (firstDay >= endDay) return [hours(first, end)]
  const parts = [hours(first, firstDay * hoursOfDay), { table: 'rollups_day', first: firstDay, end: endDay } as const, hours(endDay * hoursOfDay, end)]
  return parts.filter((part) => part.first < part.end)
}

/** The period, the values of `by` and the sums of all rows of a part that fit. */
function rowsOf(part: Part, asked: Asked): RawBuilder<unknown> {
  const isSingle = asked.single !== undefined && part.table === 'rollups_day'
  const [row, source] = isSingle ? ['c', ofValues(part, asked)] : ['s', ofCombos(part, asked)]
  const inDays = part.table === 'rollups_hour' && asked.per === 'day'
  const columns = [
    inDays ? sql`s.period / ${sql.lit(hoursOfDay)} as period` : sql.ref(`${row}.period`),
    ...asked.by.map((name) => sql.ref(`c.${name}`)),
    ...sumNames.map((name) => sql.ref(`${row}.${name}`)),
  ]
  return sql`select ${sql.join(columns)} from ${source}`
}

/** Rows of days and values, as `c`. */
function ofValues({ first, end }: Part, { single = '', conditions }: Asked): RawBuilder<unknown> {
  const named = (column: string, name: string) => sql`nullif(${sql.ref(`v.${column}`)}, ${sql.raw(nullText)}) as ${sql.ref(name)}`
  const tenant = single === 'tenant_id' ? sql`` : sql`, ${named('tenant', 'tenant_id')}`
  return sql`(
    select v.*, ${named('value', single)}${tenant} from rollups_value as v where v.dimension = ${single} and v.period >= ${first} and v.period < ${end}
  ) as c where ${allOf(conditions)}`
}

/** Rows of combinations, as `s`, beside the combinations, as `c`. `cross join` is the order in SQLite: few are looked up, which only days can be. */
function ofCombos({ table, first, end }: Part, { by, conditions, areFew: hasFew }: Asked): RawBuilder<unknown> {
  const rows = sql`${sql.table(table)} as s`
  const span = [sql`s.period >= ${first}`, sql`s.period < ${end}`]
  if (by.length + conditions.length === 0) return sql`${rows} where ${allOf(span)}`
  const source = hasFew && table === 'rollups_day' ? sql`combos as c cross join ${rows}` : sql`${rows} cross join combos as c`
  return sql`${source} where ${allOf([sql`c.id = s.combo`, ...span, ...conditions])}`
}
