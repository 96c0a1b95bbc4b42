/** How receipts are added up by hour and by day, one row for each combination, and by day one for each value: the same SQL in both databases. */

import { dimensions, noValue } from '../receipts/index-entry.ts'

/** The columns of the rollups that are sums, by how they are made of the rows of receipts. */
const sums = {
  calls: 'count(*)',
  prompt_tokens: 'coalesce(sum(prompt_tokens), 0)',
  completion_tokens: 'coalesce(sum(completion_tokens), 0)',
  cached_tokens: 'coalesce(sum(cached_tokens), 0)',
  reasoning_tokens: 'coalesce(sum(reasoning_tokens), 0)',
  cost: 'coalesce(sum(cost), 0)',
  platform_fee: 'coalesce(sum(platform_fee), 0)',
  unknown_costs: 'count(*) - count(cost)',
  duration: 'coalesce(sum(duration), 0)',
} as const

const added = Object.keys(sums) as readonly (keyof typeof sums)[]

export type SumName = keyof typeof sums | 'longest'
/** All of them, and the nanoseconds of the longest call. */
export const sumNames: readonly SumName[] = [...added, 'longest']

/** Milliseconds of a period. Periods are counted since 1970, in UTC. */
export const periodMs = { rollups_hour: 3_600_000, rollups_day: 86_400_000 } as const
export type RollupTable = keyof typeof periodMs
export const rollupTables = Object.keys(periodMs) as readonly RollupTable[]
export const hoursOfDay = 24

/** The dimensions whose values have sums of their own. The size of the cost is there to find receipts by: nobody asks for sums of it. */
export const valued: readonly string[] = dimensions.filter((name) => name !== 'cost_class')
/** Stands in `rollups_value` for null, which no key may hold. */
export const nullText = `'${noValue}'`

/**
 * Adds sums of hours, a row for each combination, to a table of rollups. In the order of its key, so that no two writers wait for each other.
 * Days also tell in which of their hours there are calls, one bit each.
 */
export function rollUp(table: RollupTable, hourly: string): string {
  const isDay = table === 'rollups_day'
  return `
    insert into ${table} (period, combo, ${sumNames.join(', ')}${isDay ? ', hours' : ''})
    select * from (${isDay ? daysOf(hourly) : hourly}) as grown where true order by period, combo
    ${addedTo(table, 'period, combo')} ${isDay ? `, hours = ${table}.hours | excluded.hours` : ''}`
}

/** Adds sums of hours to the sums of days by single values. */
export const rollUpValues = (hourly: string): string => addValues(daysOf(hourly))

/**
 * Adds sums of days, a row for each combination, to those by single values: each counts for its value of each dimension. Tenants stand apart,
 * since what is held is of a tenant.
 */
export function addValues(daily: string): string {
  const ofDimension = (name: string): string => `
    select '${name}' as dimension, period, coalesce("${name}", ${nullText}) as value, coalesce(tenant_id, ${nullText}) as tenant,
    ${added.map((sum) => `sum(${sum})`).join(', ')}, max(longest) from daily group by 2, 3, 4`
  return `
    insert into rollups_value (dimension, period, value, tenant, ${sumNames.join(', ')})
    with daily as materialized (
      select d.period, ${sumNames.map((sum) => `d.${sum}`).join(', ')}, ${valued.map((name) => `c."${name}"`).join(', ')}
      from (${daily}) as d join combos as c on c.id = d.combo
    )
    select * from (${valued.map(ofDimension).join(' union all ')}) as grown where true order by dimension, period, value, tenant
    ${addedTo('rollups_value', 'dimension, period, value, tenant')}`
}

/** The sums of hours of what is selected of receipts, a row for each combination. */
export const hoursOf = (selected: string): string => `
  select created_at / ${periodMs.rollups_hour} as period, combo, ${added.map((name) => `${sums[name]} as ${name}`).join(', ')}, coalesce(max(duration), 0) as longest
  from ${selected} group by created_at / ${periodMs.rollups_hour}, combo`

const daysOf = (hourly: string): string => `
  select period / ${hoursOfDay} as period, combo, ${added.map((name) => `sum(${name}) as ${name}`).join(', ')}, max(longest) as longest, sum(1 << cast(period % ${hoursOfDay} as integer)) as hours
  from (${hourly}) as hourly group by period / ${hoursOfDay}, combo`

const addedTo = (table: string, key: string): string => `
  on conflict (${key}) do update set ${added.map((name) => `${name} = ${table}.${name} + excluded.${name}`).join(', ')},
  longest = case when excluded.longest > ${table}.longest then excluded.longest else ${table}.longest end`

/** The sums of rollups, as text: they may be larger than a number can tell. */
export const addedUp: readonly string[] = sumNames.map((name) => `cast(coalesce(${name === 'longest' ? 'max' : 'sum'}(r.${name}), 0) as text) as ${name}`)
