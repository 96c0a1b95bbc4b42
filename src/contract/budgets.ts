/** `/_omni/budgets`: how much money may be spent in a period, and who is told before it is gone. */

import { z } from 'zod'
import { periods, type Budget } from '../policy/limit.ts'
import { caseless } from '../policy/models.ts'
import { isZone } from '../policy/periods.ts'
import { range } from './limits.ts'
import { nanoDollars, usd } from './money.ts'

const percent = z.int({ error: 'must be whole percents' }).min(1, { error: 'is 1 at least' }).max(100, { error: 'is 100 at most' })

const oneOf = (words: readonly string[]) => `must be one of ${words.map((word) => `\`${word}\``).join(', ')}`

export const budget = z.strictObject({
  ...range,
  /** 0 suspends. */
  amount_usd: usd,
  period: z.enum(periods, { error: oneOf(periods) }),
  /** Days, weeks (from Monday) and months begin at its midnight. */
  time_zone: z.string().max(64).refine(isZone, { error: 'must be the name of a time zone, as `Europe/Berlin`' }).default('UTC'),
  /** Percent of the amount: somebody is told once in a period when so much is spent. */
  alerts: z
    .array(percent)
    .max(10, { error: 'has 10 at most' })
    .transform((given) => [...new Set(given)].toSorted((one, other) => one - other))
    .default([50, 80, 95]),
  /** Of the refusal when nothing is left. */
  status: z.union([z.literal(402), z.literal(429)], { error: 'must be 402 or 429' }).default(402),
  /** What becomes of a call whose price nobody knows. */
  unpriced: z.enum(['refuse', 'allow'], { error: oneOf(['refuse', 'allow']) }).default('refuse'),
})

export type BudgetBody = z.output<typeof budget>

export function toBudget(id: string, body: BudgetBody): Budget {
  const { tenant = null, scope, each, models = [], providers = [], amount_usd: amount, period, time_zone: timeZone, alerts, status, unpriced } = body
  return { id, tenant, scope, each, models: models.map(caseless), providers, amount: nanoDollars(amount), period, timeZone, alerts, status, unpriced }
}

/** As the control API shows it. */
export type BudgetResource = BudgetBody & { readonly id: string; readonly tenant: string | null; readonly version: number; readonly changed_at: number }

const time = z.int().nullable()

/** `/_omni/budgets/:id/spending`: one line a counter, those that most is spent of first. */
export const spendingResource = z.strictObject({
  /** Milliseconds since 1970; `to` is null where the period never ends. */
  from: z.int(),
  to: time,
  /** Whether there are counters beyond those that are listed. */
  has_more: z.boolean(),
  data: z.array(
    z.strictObject({
      /** What it is kept by, with the values; empty where all calls share one counter. */
      values: z.record(z.string(), z.string()),
      /** With what was spent beyond the period before. */
      spent_usd: z.string(),
      /** Taken out for calls that are under way, by all processes. */
      reserved_usd: z.string(),
      /** Less than nothing where more was spent than there was. */
      left_usd: z.string(),
    }),
  ),
})

export type SpendingResource = z.output<typeof spendingResource>
