/** What a client is told of limits and budgets: what is left of them in headers, and why a call may not go on. */

import { Failure } from '../canonical/failure.ts'
import type { Want } from '../policy/charges.ts'
import type { Budget, Limit, Measure } from '../policy/limit.ts'
import type { Counters } from './gateway.ts'

/** What lacks, and when there may be enough again, in milliseconds from now. */
export interface Lacking {
  readonly short: Want
  readonly retryAfterMs: number | undefined
  /** What there is of it, as far as that is known here. */
  readonly left: number
}

/** Why a budget refuses, as receipts tell it; of a limit the reason of the failure says it. */
export type Lack = 'suspended' | 'spent' | 'too small' | 'unpriced'

export function lackOf({ short: { rule, amount }, left }: Lacking): Exclude<Lack, 'unpriced'> | undefined {
  if (!('period' in rule)) return undefined
  if (rule.amount === 0) return 'suspended'
  return left > 0 && left < amount ? 'too small' : 'spent'
}

export function refusalOf(lacking: Lacking): Failure {
  const { rule, terms } = lacking.short
  if ('period' in rule) return refusalOfBudget(rule, lacking)
  if (terms.capacity === 0)
    return new Failure('suspended', `The limit \`${rule.id}\` is zero: calls that it is about are suspended until the operator raises it.`)
  const amount = rule.measure === 'cost' ? `${rule.amount / 1e9} dollars` : `${rule.amount} ${words[rule.measure]}`
  const span = rule.measure === 'concurrency' ? 'at once' : `in ${spanOf(rule.window)}`
  return new Failure('limit_reached', `The limit \`${rule.id}\` of ${amount} ${span} is reached.`, { retryAfterMs: lacking.retryAfterMs ?? 1000 })
}

const words: { readonly [measure in Measure]: string } = { requests: 'requests', tokens: 'tokens', cost: '', concurrency: 'calls' }

function spanOf(ms: number): string {
  const [count, unit] = ms % 3_600_000 === 0 ? [ms / 3_600_000, 'h'] : ms % 60_000 === 0 ? [ms / 60_000, 'min'] : [ms / 1000, 's']
  return `${count} ${unit}`
}

const reasonsOf = { 402: 'insufficient_quota', 429: 'budget_spent' } as const

function refusalOfBudget({ id, period, status, timeZone }: Budget, lacking: Lacking): Failure {
  const { short, left, retryAfterMs } = lacking
  const lack = lackOf(lacking)
  if (lack === 'suspended')
    return new Failure(reasonsOf[status], `The budget \`${id}\` is zero: calls that it is about are suspended until the operator raises it.`)
  const what = lack === 'too small' ? `has ${dollars(left)} left, and this call may cost up to ${dollars(short.amount)}` : 'is used up'
  const when = period === 'total' ? 'Only the operator can raise it.' : `It begins anew with the next ${period} (${timeZone}).`
  return new Failure(reasonsOf[status], `The budget \`${id}\` ${what}. ${when}`, { ...(retryAfterMs !== undefined && { retryAfterMs }) })
}

/** Nano-dollars with all their digits, and cents at least. */
const dollars = (nano: number): string => `$${(nano / 1e9).toFixed(9).replace(/0{1,7}$/, '')}`

/** Coming back does not help, and so limits say it as budgets do. */
export function unpriced(rule: Limit | Budget): Failure {
  const [kind, remedy] = 'period' in rule ? ['budget', 'say its price, or let the budget allow such calls'] : ['limit', 'say its price']
  const why = `Nobody knows what this model costs, and the ${kind} \`${rule.id}\` counts cost: no call passes whose cost cannot be counted.`
  return new Failure('insufficient_quota', `${why} The operator can ${remedy}.`, { param: 'model' })
}

/** Where counters cannot be asked, and nothing may pass uncounted. */
export function unavailable(rule: Limit | Budget): Failure {
  return new Failure('period' in rule ? 'budget_unavailable' : 'limit_unavailable', `\`${rule.id}\` cannot be checked now.`, { retryAfterMs: 1000 })
}

/** `x-ratelimit-*` of the tightest limit on requests and of that on tokens, as OpenAI names them: https://platform.openai.com/docs/guides/rate-limits */
export function limitHeaders(wants: readonly Want[], counters: Counters): readonly string[] | undefined {
  const headers: string[] = []
  for (const measure of shown) {
    const tightest = tightestOf(wants, measure, counters)
    if (tightest === undefined) continue
    const { limit, remaining, fullAfterMs } = tightest
    headers.push(`x-ratelimit-limit-${measure}`, String(limit), `x-ratelimit-remaining-${measure}`, String(Math.max(0, remaining)))
    // What is suspended comes back when the operator says so, and no time is known of that.
    if (limit > 0) headers.push(`x-ratelimit-reset-${measure}`, `${Math.ceil(fullAfterMs ?? 0)}ms`)
  }
  return headers.length === 0 ? undefined : headers
}

const shown = ['requests', 'tokens'] as const

function tightestOf(wants: readonly Want[], measure: Measure, counters: Counters) {
  let tightest: ReturnType<Counters['stateOf']> | undefined
  for (const want of wants) {
    if (!('measure' in want.rule) || want.rule.measure !== measure) continue
    const state = counters.stateOf(want.terms)
    if (tightest === undefined || state.remaining < tightest.remaining) tightest = state
  }
  return tightest
}
