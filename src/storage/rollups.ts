/** How receipts are added up by hour and by day, one row for each combination: the same SQL in both databases. */

/** A column of the rollups, by how it is made of the rows of receipts. */
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

/** Nanoseconds of the longest call; all others are sums. */
const longest = 'coalesce(max(duration), 0)'

export type SumName = keyof typeof sums | 'longest'
export const sumNames = [...(Object.keys(sums) as (keyof typeof sums)[]), 'longest'] as const

/** Milliseconds of a period. Periods are counted since 1970, in UTC. */
export const periodMs = { rollups_hour: 3_600_000, rollups_day: 86_400_000 } as const
export type RollupTable = keyof typeof periodMs
export const rollupTables = Object.keys(periodMs) as readonly RollupTable[]

/** Adds what is selected of receipts to a table of rollups. In the order of its key, so that no two writers wait for each other. */
export function rollUp(table: RollupTable, selected: string): string {
  const grown = Object.keys(sums).map((name) => `${name} = ${table}.${name} + excluded.${name}`)
  return `
    insert into ${table} (period, combo, ${sumNames.join(', ')})
    select created_at / ${periodMs[table]} as period, combo, ${Object.values(sums).join(', ')}, ${longest} from ${selected}
    group by created_at / ${periodMs[table]}, combo order by created_at / ${periodMs[table]}, combo
    on conflict (period, combo) do update set ${grown.join(', ')},
    longest = case when excluded.longest > ${table}.longest then excluded.longest else ${table}.longest end`
}

/** The sums of rollups, as text: they may be larger than a number can tell. */
export const addedUp: readonly string[] = sumNames.map((name) => `cast(coalesce(${name === 'longest' ? 'max' : 'sum'}(r.${name}), 0) as text) as ${name}`)
