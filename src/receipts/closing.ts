/** What follows from the rest of a record when it closes. */

import { compareNames } from '../catalog/spelling.ts'
import type { AttemptRecord, ReceiptRecord } from './signals.ts'

/** What is known at the end, beside the record. */
export interface Ending {
  readonly attempts: readonly AttemptRecord[]
  /** The wall clock, in milliseconds since 1970. */
  readonly time: number
  /** What it asked for is the operator's own name for a model, which its maker does not know. */
  readonly isDeployment: boolean
  /** Nanoseconds; null where the answer was no stream. */
  readonly maxGap: number | null
  /** Those that only the call itself knows. */
  readonly notices: readonly string[]
}

/** Fills in what nobody could know before. Durations, usage and outcome are told. */
export function conclude(record: ReceiptRecord, { attempts, time, isDeployment, maxGap, notices }: Ending): void {
  record.attempts = attempts
  record.attempts_count = attempts.length
  record.fallback_reason = fallbackReason(attempts)
  record.fallback = record.fallback_reason !== null
  record.codex_routed = isCodexRouted(record)
  record.verification = verify(record, isDeployment)
  record.max_gap = maxGap
  record.stream_outcome = maxGap === null ? null : streamOutcome(record)
  record.clock = Math.abs(time - record.created_at - record.duration / 1e6) > driftMs ? 'jumped' : 'steady'
  record.notices = noticesOf(record, notices)
}

/** Why the first that was asked did not answer, where another did: what it said last. */
function fallbackReason(attempts: readonly AttemptRecord[]): string | null {
  const last = attempts.length > 1 ? attempts.at(-1)! : undefined
  if (last?.reason !== 'answered' || isSameTarget(attempts[0]!, last)) return null
  return attempts.findLast((attempt) => isSameTarget(attempt, attempts[0]!))!.reason
}

function isSameTarget(left: AttemptRecord, right: AttemptRecord): boolean {
  return left.provider === right.provider && left.account === right.account && left.model === right.model
}

/** The model's own claim. What an operator calls a deployment, its answer cannot confirm by another name, nor deny. */
function verify({ claimed_model: claimed, resolved_model: resolved }: ReceiptRecord, isDeployment: boolean): string {
  if (claimed === null || resolved === null) return 'unverified'
  const likeness = compareNames(claimed, resolved)
  return likeness === 'same' ? 'verified' : likeness === 'unsure' || isDeployment ? 'unverified' : 'mismatch'
}

const responses = 'openai-responses'

function isCodexRouted({ client, surface, wire, resolved_model: model }: ReceiptRecord): boolean {
  return (client === 'codex' && surface === responses) || (wire === responses && model?.includes('codex') === true)
}

/** By the reason that ended it; any other cut it. */
const ends: ReadonlyMap<string, string> = new Map([
  ['client_closed', 'client_closed'],
  ['upstream_timeout', 'timeout'],
  ['shutting_down', 'shutdown'],
  ['policy_blocked', 'policy_cut'],
])

function streamOutcome({ error }: ReceiptRecord): string {
  return error === null ? 'completed' : (ends.get(error) ?? 'truncated')
}

/** A clock that is off by more than this from the time that has passed was set; one that is only corrected drifts by less. */
const driftMs = 2000

function noticesOf(record: ReceiptRecord, told: readonly string[]): readonly string[] {
  const notices: string[] = []
  if (record.verification === 'mismatch') notices.push('mismatch')
  if (record.usage_source === 'estimated' || record.usage_source === 'mixed') notices.push('estimated_usage')
  if (record.cost_availability === 'unknown_price') notices.push('unknown_cost')
  if (record.fallback) notices.push('fallback')
  if (record.passed_over.length > 0) notices.push('passed_over')
  if (record.dropped.length > 0) notices.push('fields_dropped')
  if (record.outcome === 'truncated' || record.completeness !== 'complete') notices.push('incomplete')
  if (record.clock === 'jumped') notices.push('clock_set')
  for (const notice of told) notices.push(notice)
  return notices
}
