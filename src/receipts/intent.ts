/** A call that is about to reach a provider, written down before it does, and the receipt of one that was never closed. */

import { readObject } from '../base/json.ts'
import { nameOf } from './names.ts'
import { emptyRecord } from './opening.ts'
import { writeSignals } from './line.ts'
import type { ReceiptRecord, SignalName } from './signals.ts'

/** What is known by then, and small: an intent is written for every call. */
const known = [
  'account',
  'agent_id',
  'auth_method',
  'auth_scope',
  'budget_reserved',
  'build',
  'client',
  'config',
  'content_epoch',
  'cost_center',
  'created_at',
  'environment',
  'expires_at',
  'gateway_version',
  'id',
  'idempotency_hmac',
  'input_hash',
  'instance',
  'key_id',
  'metadata',
  'operation',
  'parent_span',
  'provider',
  'region',
  'request_id',
  'requested_model',
  'resolved_model',
  'review_id',
  'route',
  'route_reason',
  'session_pseudonym',
  'strategy',
  'stream',
  'substrate',
  'surface',
  'team_id',
  'tenant_id',
  'trace_id',
  'upstream_host',
  'user_id',
  'user_pseudonym',
  'wire',
] as const satisfies readonly SignalName[]

export const writeIntent: (record: ReceiptRecord) => string = writeSignals(known)

/** Nobody knows how far it came: what it cost, and whether the client had an answer, is unknown and not nothing. Undefined where the text is none of ours. */
export function readInterrupted(text: string): ReceiptRecord | undefined {
  const told: Partial<ReceiptRecord> | undefined = readObject(text)
  if (typeof told?.id !== 'string' || typeof told.created_at !== 'number') return undefined
  const notices = ['incomplete']
  return {
    ...emptyRecord,
    ...told,
    requested_model: nameOf(told.requested_model ?? ''),
    completeness: 'interrupted',
    outcome: 'interrupted',
    provider_called: true,
    notices,
  }
}
