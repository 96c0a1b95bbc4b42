/** What follows from the rest of a record when it closes. */

import type { ReceiptRecord } from './signals.ts'

/** A dated snapshot (`gpt-4o-2024-08-06` for `gpt-4o`) is the model that was asked for. */
export function verify({ claimed_model: claimed, resolved_model: resolved }: ReceiptRecord): string {
  if (claimed === null || resolved === null) return 'unverified'
  if (claimed === resolved || claimed.endsWith(`/${resolved}`) || resolved.endsWith(`/${claimed}`)) return 'verified'
  return claimed.startsWith(`${resolved}-`) && /^\d{4}-?\d{2}-?\d{2}$|^\d{4}$/.test(claimed.slice(resolved.length + 1)) ? 'verified' : 'mismatch'
}

/** A clock that is off by more than this from the time that has passed was set; one that is only corrected drifts by less. */
const driftMs = 2000

/** `time` is that of its closing, in milliseconds since 1970. */
export function noticesOf(record: ReceiptRecord, time: number): readonly string[] {
  const notices: string[] = []
  if (record.verification === 'mismatch') notices.push('mismatch')
  if (record.usage_source === 'estimated' || record.usage_source === 'mixed') notices.push('estimated_usage')
  if (record.cost_availability === 'unknown_price') notices.push('unknown_cost')
  if (record.fallback) notices.push('fallback')
  if (record.passed_over.length > 0) notices.push('passed_over')
  if (record.dropped.length > 0) notices.push('fields_dropped')
  if (record.outcome === 'truncated' || record.completeness !== 'complete') notices.push('incomplete')
  if (Math.abs(time - record.created_at - record.duration / 1e6) > driftMs) notices.push('clock_set')
  return notices
}
