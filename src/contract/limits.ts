/** `/_omni/limits`: how much may be used in a stretch of time, or at once. */

import { z } from 'zod'
import { measures, type Each, type Limit } from '../policy/limit.ts'
import { caseless } from '../policy/models.ts'
import { holdings, scopePattern, type Scope } from '../policy/scope.ts'
import { duration, milliseconds } from './durations.ts'
import { nanoDollars, usd } from './money.ts'

/** Whose calls it is about, and which of them; a limit and a budget say it alike. */
export const range = {
  tenant: z
    .string()
    .regex(/^[\w.-]{1,64}$/, { error: 'must be the id of a tenant' })
    .optional(),
  scope: z
    .string()
    .regex(scopePattern, { error: `must be \`all\`, or one of ${holdings.map((one) => `\`${one}:…\``).join(', ')} with its id` })
    .transform((scope) => scope as Scope),
  each: z
    .array(
      z
        .string()
        .regex(/^(tenant|team|agent|user|key|model|provider|label:[A-Za-z][\w-]{0,31})$/, {
          error: 'must be `tenant`, `team`, `agent`, `user`, `key`, `model`, `provider` or `label:…`',
        })
        .transform((each) => each as Each),
    )
    .max(4, { error: 'names 4 things at most' })
    .refine((given) => new Set(given).size === given.length, { error: 'names the same twice' })
    .default([]),
  models: listOfNames(256),
  providers: listOfNames(64),
} as const

/** Names without spaces and control characters; an empty list would look like none of them, and means all. */
function listOfNames(longest: number) {
  const name = z.string().regex(new RegExp(String.raw`^[^\s\p{Cc}]{1,${longest}}$`, 'u'), { error: `must be a name of ${longest} characters at most` })
  return z.array(name).min(1, { error: 'is empty: leave it out where all are meant' }).max(64, { error: 'has 64 names at most' }).optional()
}

const whole = (most: number) => {
  const error = `must be a whole number from 0 to ${most}`
  return z.int({ error }).min(0, { error }).max(most, { error })
}

const amount = whole(Number.MAX_SAFE_INTEGER)
const mostQueued = 10_000

export const limit = z
  .strictObject({
    ...range,
    measure: z.enum(measures, { error: `must be one of ${measures.map((one) => `\`${one}\``).join(', ')}` }),
    /** Requests, tokens, or calls at once; 0 suspends. */
    amount: amount.optional(),
    /** In its place where the measure is `cost`. */
    amount_usd: usd.optional(),
    window: duration('1s', '31d').optional(),
    /** What may come at once, where that is more or less than what comes in a window. */
    burst: amount.optional(),
    burst_usd: usd.optional(),
    /** Calls that may wait for it, and how long. */
    queue: z.strictObject({ calls: whole(mostQueued), time: duration('0s', '5m') }).default({ calls: 0, time: '0s' }),
    /** What becomes of calls while nobody can be asked how much is left. */
    on_store_error: z.enum(['allow', 'deny'], { error: 'must be `allow` or `deny`' }).default('allow'),
  })
  .check((context) => {
    for (const [field, sentence] of faultsOf(context.value)) context.issues.push({ code: 'custom', path: [field], message: sentence, input: context.value })
  })

export type LimitBody = z.output<typeof limit>
type Given = Pick<LimitBody, 'measure' | 'amount' | 'amount_usd' | 'window' | 'burst' | 'burst_usd'>

/** Which field counts goes by what is measured. */
function* faultsOf({ measure, amount: count, amount_usd: money, window, burst, burst_usd: burstMoney }: Given): Generator<readonly [string, string]> {
  const isMoney = measure === 'cost'
  const [wanted, stray] = isMoney ? (['amount_usd', 'amount'] as const) : (['amount', 'amount_usd'] as const)
  if ((isMoney ? money : count) === undefined) yield [wanted, `is missing: it says how much ${measure} there may be`]
  if ((isMoney ? count : money) !== undefined) yield [stray, `does nothing where the measure is \`${measure}\`: it is \`${wanted}\` there`]
  const [burstStray, burstIsStray] = isMoney ? (['burst', burst !== undefined] as const) : (['burst_usd', burstMoney !== undefined] as const)
  if (burstIsStray) yield [burstStray, `does nothing where the measure is \`${measure}\``]
  if (measure === 'concurrency') {
    if (window !== undefined) yield ['window', 'does nothing where the measure is `concurrency`: that counts calls under way']
    if (burst !== undefined) yield ['burst', 'does nothing where the measure is `concurrency`']
  } else if (window === undefined) yield ['window', 'is missing: it says in what time, as `"1m"`']
  const isEmpty = burst === 0 || (burstMoney !== undefined && nanoDollars(burstMoney) === 0)
  if (isEmpty) yield [isMoney ? 'burst_usd' : 'burst', 'is 0, which lets nothing through: to suspend, set the amount to 0']
}

export function toLimit(id: string, body: LimitBody): Limit {
  const { tenant = null, scope, each, models = [], providers = [], measure, window, queue, on_store_error: onStoreError } = body
  const burst = body.burst_usd === undefined ? body.burst : nanoDollars(body.burst_usd)
  return {
    id,
    tenant,
    scope,
    each,
    models: models.map(caseless),
    providers,
    measure,
    amount: body.amount ?? nanoDollars(body.amount_usd ?? '0'),
    window: window === undefined ? 0 : milliseconds(window),
    ...(burst !== undefined && { burst }),
    queue: { calls: queue.calls, time: milliseconds(queue.time) },
    onStoreError,
  }
}

/** As the control API shows it. */
export type LimitResource = LimitBody & { readonly id: string; readonly tenant: string | null; readonly version: number; readonly changed_at: number }

const count = z.int().optional()
const money = z.string().optional()

/** `/_omni/limits/:id/usage`: one line a counter, those that most is used of first. */
export const usageResource = z.strictObject({
  /** Whether there are counters beyond those that are listed. */
  has_more: z.boolean(),
  /**
   * Of a limit without `each` its one counter, by what the store of counters says; empty where that does not answer. Of one with `each` those
   * that calls to this process went to in the last seconds: others may be kept elsewhere, or rest.
   */
  data: z.array(
    z.strictObject({
      /** What it is kept by, with the values; empty where all calls share one counter. */
      values: z.record(z.string(), z.string()),
      /** Of what may come at once, with what other processes have taken out for calls of theirs. */
      used: count,
      left: count,
      /** In their place where the measure is `cost`. */
      used_usd: money,
      left_usd: money,
    }),
  ),
})

export type UsageResource = z.output<typeof usageResource>
