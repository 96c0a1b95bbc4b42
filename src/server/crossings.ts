/** Which of a budget's percents were crossed, and what is told of that: pure. */

import type { NoticeBody } from '../contract/alerts.ts'
import { dollars } from '../contract/money.ts'
import { readCounter } from '../policy/counter-id.ts'
import type { Budget } from '../policy/limit.ts'
import type { Span } from '../policy/periods.ts'

/** What was spent of one counter of a budget, in nano-dollars. */
export interface SpentCounter {
  readonly counter: string
  readonly spent: number
}

export interface Crossing {
  readonly percent: number
  /** The same for whoever sees it, in this period and with this amount: one that was changed is told of anew. */
  readonly once: string
}

/** The highest first. A budget of 0 is suspended: of that nobody needs to be told. */
export function crossingsOf({ alerts, amount }: Budget, { from }: Span, { counter, spent }: SpentCounter): readonly Crossing[] {
  if (amount === 0) return []
  return alerts
    .filter((percent) => isCrossed(amount, percent, spent))
    .toReversed()
    .map((percent) => ({ percent, once: `${counter}|${from}|${amount}|${percent}` }))
}

/** What must be spent for the first of them, in nano-dollars. */
export const leastToTell = ({ alerts: [first = 100], amount }: Budget): number => Number((BigInt(amount) * BigInt(first)) / 100n)

const isCrossed = (amount: number, percent: number, spent: number): boolean => BigInt(spent) * 100n >= BigInt(amount) * BigInt(percent)

export function noticeOf(budget: Budget, { from, to }: Span, { counter, spent }: SpentCounter, percent: number): NoticeBody {
  const { id, tenant, scope, period, timeZone, amount } = budget
  const values = readCounter(counter)?.values ?? {}
  const whose = Object.entries(values).map(([name, value]) => `${name} ${plain(value)}`)
  const name = [id, ...whose].join(', ')
  const of = period === 'total' ? 'in all' : `for the ${period}`
  const until = to === null ? '' : ` It begins anew on ${writeTime(to, timeZone)} (${timeZone}).`
  const gone = spent >= amount ? ' Calls are refused until then.' : ''
  return {
    type: 'budget.spent',
    subject: `Budget ${name}: ${percent} % is spent`,
    text: `$${dollars(spent)} of the $${dollars(amount)} ${of} of the budget ${name} (${scope}) are spent.${until}${to === null ? gone.replace(' until then', '') : gone}`,
    data: {
      budget: id,
      tenant,
      scope,
      values,
      percent,
      spent_usd: dollars(spent),
      amount_usd: dollars(amount),
      period,
      time_zone: timeZone,
      from,
      to,
    },
  }
}

/** Names of models come from clients: none of them begins a line of its own, or turns what stands around it. */
const plain = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD')

/** As people there read it. */
const writeTime = (at: number, timeZone: string): string => new Date(at).toLocaleString('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
