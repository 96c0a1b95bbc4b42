/** A call that is about to reach a provider, written down before it does, and the receipt of one that was never closed. */

import { readObject } from '../base/json.ts'
import { nameOf } from './names.ts'
import { emptyRecord } from './opening.ts'
import { writeSignals } from './line.ts'
import type { ReceiptRecord, SignalName } from './signals.ts'

/** What is known by then, and small: an intent is written for every call. Asked one by one, which takes a third of what it takes to ask a record for all that it has. */
const knownOf = (record: ReceiptRecord): readonly unknown[] => [
  record.account,
  record.agent_id,
  record.auth_method,
  record.auth_scope,
  record.budget_reserved,
  record.build,
  record.client,
  record.config,
  record.content_epoch,
  record.cost_center,
  record.created_at,
  record.environment,
  record.expires_at,
  record.gateway_version,
  record.id,
  record.idempotency_hmac,
  record.input_hash,
  record.instance,
  record.key_id,
  record.metadata,
  record.operation,
  record.parent_span,
  record.provider,
  record.region,
  record.request_id,
  record.requested_model,
  record.resolved_model,
  record.review_id,
  record.route,
  record.route_reason,
  record.session_pseudonym,
  record.strategy,
  record.stream,
  record.substrate,
  record.surface,
  record.team_id,
  record.tenant_id,
  record.trace_id,
  record.upstream_host,
  record.user_id,
  record.user_pseudonym,
  record.wire,
]

const names = knownOf(new Proxy(emptyRecord, { get: (_, name) => name })) as readonly SignalName[]
const write = writeSignals(names, names)

export const writeIntent = (record: ReceiptRecord): string => write(record, knownOf(record))

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
