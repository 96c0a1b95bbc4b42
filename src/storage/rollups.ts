/** How receipts are added up by hour and by day, one row for each combination: the same SQL in both databases. */

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

/**
 * Adds what is selected of receipts to a table of rollups. In the order of its key, so that no two writers wait for each other.
 * Days also tell in which of their hours there are calls, one bit each.
 */
export function rollUp(table: RollupTable, selected: string): string {
  const ofHours = `
    select created_at / ${periodMs.rollups_hour} as period, combo, ${added.map((name) => `${sums[name]} as ${name}`).join(', ')}, coalesce(max(duration), 0) as longest
    from ${selected} group by created_at / ${periodMs.rollups_hour}, combo`
  const ofDays = `
    select period / ${hoursOfDay} as period, combo, ${added.map((name) => `sum(${name})`).join(', ')}, max(longest), sum(1 << cast(period % ${hoursOfDay} as integer)) as hours
    from (${ofHours}) as hourly group by period / ${hoursOfDay}, combo`
  const isDay = table === 'rollups_day'
  return `
    insert into ${table} (period, combo, ${sumNames.join(', ')}${isDay ? ', hours' : ''})
    select * from (${isDay ? ofDays : ofHours}) as grown where true order by period, combo
    on conflict (period, combo) do update set ${added.map((name) => `${name} = ${table}.${name} + excluded.${name}`).join(', ')},
    longest = case when excluded.longest > ${table}.longest then excluded.longest else ${table}.longest end
    ${isDay ? `, hours = ${table}.hours | excluded.hours` : ''}`
}

/** The sums of rollups, as text: they may be larger than a number can tell. */
export const addedUp: readonly string[] = sumNames.map((name) => `cast(coalesce(${name === 'longest' ? 'max' : 'sum'}(r.${name}), 0) as text) as ${name}`)
