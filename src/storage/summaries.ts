/** Sums of receipts by hour, by day or over all, from the rollups: whole days from those of days, and the hours at both ends from those of hours. */

import { sql, type Kysely, type RawBuilder } from 'kysely'
import { allOf, comboConditions, type Condition } from './matching.ts'
import { addedUp, hoursOfDay, periodMs, sumNames, type RollupTable } from './rollups.ts'
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

export async function summarize(db: Kysely<Tables>, { by, per, from, to, dimensions = [], most }: SummaryQuery): Promise<readonly Summary[]> {
  const first = from === undefined ? 0 : Math.floor(from / periodMs.rollups_hour)
  const end = to === undefined ? lastHour : Math.ceil(to / periodMs.rollups_hour)
  const parts = per === 'hour' ? [{ table: 'rollups_hour', first, end } as const] : partsOf(first, end)
  const conditions = comboConditions({ dimensions })
  const columns = [...(per === 'total' ? [] : [sql.ref('r.period')]), ...by.map((name) => sql.ref(`c.${name}`))]
  const group = columns.length === 0 ? sql`` : sql`group by ${sql.join(columns)} order by ${sql.join(columns)}`
  const rows = sql`${rowsOf(parts, per)} as r`
  const source =
    by.length + conditions.length === 0 ? rows : (await areFew(db, conditions)) ? sql`combos as c cross join ${rows}` : sql`${rows} cross join combos as c`
  const fits = allOf([...(by.length + conditions.length === 0 ? [] : [sql`c.id = r.combo`]), ...conditions])
  const query = sql<Readonly<Record<string, string | number | null>>>`
    select ${sql.join([...columns, sql.raw(addedUp.join(', '))])} from ${source} where ${fits} ${group} ${most === undefined ? sql`` : sql`limit ${most}`}`
  const unit = per === 'hour' ? periodMs.rollups_hour : periodMs.rollups_day
  return (await query.execute(db)).rows.map((row) => ({
    period: per === 'total' ? null : Number(row.period) * unit,
    values: by.map((name) => row[name] as string | null),
    sums: Object.fromEntries(sumNames.map((name) => [name, row[name]])) as Summary['sums'],
  }))
}

/** Whether it is quicker to look at the sums of each combination that fits than at all: `cross join` is the order in SQLite. */
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

function rowsOf(parts: readonly Part[], per: SummaryQuery['per']): RawBuilder<unknown> {
  const selected = parts.map(({ table, first, end }) => {
    const period = table === 'rollups_hour' && per === 'day' ? sql`period / ${sql.lit(hoursOfDay)}` : sql`period`
    return sql`select ${period} as period, combo, ${sql.raw(sumNames.join(', '))} from ${sql.table(table)} where period >= ${first} and period < ${end}`
  })
  return sql`(${sql.join(selected, sql` union all `)})`
}
