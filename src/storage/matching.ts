/** Filters on receipts as conditions in SQL, the same in both databases. */

import { sql, type RawBuilder } from 'kysely'
import { costClass } from '../receipts/index-entry.ts'
import type { DimensionFilter, ReceiptFilters } from './store.ts'

export type Condition = RawBuilder<unknown>

export const allOf = (conditions: readonly Condition[]): Condition => (conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `))

/** Of `combos`, as `c`. A filter on the cost leaves the classes in which no receipt fits. */
export function comboConditions({ dimensions = [], costMin, costMax }: ReceiptFilters): readonly Condition[] {
  const hasCost = costMin !== undefined || costMax !== undefined
  return [...dimensions, ...(hasCost ? [{ names: ['cost_class'], values: classesBetween(costMin ?? 0, costMax ?? Number.MAX_SAFE_INTEGER) }] : [])].map(
    asCondition,
  )
}

/** Of an index of `receipts`: the columns that `receipts_by_time` and `receipts_by_combo` share. */
export const rowConditions = (filters: ReceiptFilters, row: string): readonly Condition[] => [...timeConditions(filters, row), ...costConditions(filters, row)]

export const timeConditions = ({ from, to }: ReceiptFilters, row: string): readonly Condition[] => [
  ...bound(`${row}.created_at`, '>=', from),
  ...bound(`${row}.created_at`, '<', to),
]

export const costConditions = ({ costMin, costMax }: ReceiptFilters, row: string): readonly Condition[] => [
  ...bound(`${row}.cost`, '>=', costMin),
  ...bound(`${row}.cost`, '<=', costMax),
]

const bound = (column: string, operator: '>=' | '<=' | '<', value: number | undefined): readonly Condition[] =>
  value === undefined ? [] : [sql`${sql.ref(column)} ${sql.raw(operator)} ${value}`]

function asCondition({ names, values }: DimensionFilter): Condition {
  const told = values.filter((value) => value !== null)
  const parts = names.flatMap((name) => {
    const column = sql.ref(`c.${name}`)
    return [...(told.length > 0 ? [sql`${column} in (${sql.join(told)})`] : []), ...(told.length < values.length ? [sql`${column} is null`] : [])]
  })
  return sql`(${sql.join(parts, sql` or `)})`
}

function classesBetween(least: number, most: number): readonly string[] {
  const [first, last] = [Number(costClass(least)), Number(costClass(most))]
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => String(first + at))
}
