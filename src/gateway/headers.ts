/** The headers of an answer: section 3 of the contract. Nothing that a provider sent is among them. */

import type { Failure } from '../canonical/failure.ts'
import type { Receipt } from '../receipts/receipt.ts'

/** Names and values in turn, as they go out. */
export type HeaderList = string[]

/** What every answer of a model surface carries, as far as it is known when the status goes out. */
export function answerHeaders(receipt: Receipt, contentType: string): HeaderList {
  const { record } = receipt
  // oxfmt-ignore
  const headers: HeaderList = [
    'content-type', contentType,
    'cache-control', 'no-store',
    'vary', 'Authorization, Origin',
    'x-request-id', record.request_id,
    // The name that the Messages API has for it: its packages read no other.
    'request-id', record.request_id,
    'x-omega-decision-id', record.id,
    'x-omega-policy-outcome', record.policy_outcome,
    'x-omega-risk-score', String(record.risk_score ?? 0),
    'x-omega-latency-ms', (receipt.time.overhead() / 1e6).toFixed(2),
    'x-omni-attempts', String(receipt.attempts.length),
  ]
  if (record.provider !== null) headers.push('x-omni-provider', record.provider)
  if (record.resolved_model !== null && isHeaderText(record.resolved_model)) headers.push('x-omni-model', record.resolved_model)
  if (receipt.limits !== undefined) headers.push(...receipt.limits)
  const { dropped } = receipt
  if (dropped.length > 0) headers.push('x-omni-dropped', dropped.join(', '))
  return headers
}

export function streamHeaders(receipt: Receipt, inArray = false): HeaderList {
  const headers = answerHeaders(receipt, inArray ? 'application/json; charset=utf-8' : 'text/event-stream; charset=utf-8')
  // Proxies that collect answers would hold the words back.
  headers.push('x-accel-buffering', 'no')
  return headers
}

export function refusalHeaders(failure: Failure, receipt: Receipt): HeaderList {
  return [...answerHeaders(receipt, 'application/json; charset=utf-8'), ...retryHeaders(failure)]
}

/** Whether to come back, and when, where anybody knows. */
function retryHeaders({ retryAfterMs, row }: Failure): HeaderList {
  if (!row.retry) return ['x-should-retry', 'false']
  return retryAfterMs === undefined ? [] : ['retry-after', String(Math.ceil(retryAfterMs / 1000)), 'retry-after-ms', String(Math.ceil(retryAfterMs))]
}

/** Dollars with all nine places of a nano-dollar, and no more zeros than needed. */
export function dollars(nano: number): string {
  let rest = nano % 1e9
  let places = 9
  for (; places > 1 && rest % 10 === 0; places -= 1) rest /= 10
  return `${Math.floor(nano / 1e9)}.${String(rest).padStart(places, '0')}`
}

function isHeaderText(text: string): boolean {
  return /^[\x21-\x7e]{1,200}$/.test(text)
}
