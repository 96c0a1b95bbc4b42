/** A call that is about to reach a provider, written down before it does, and the receipt of one that was never closed. */

import { readObject } from '../base/json.ts'
import { nameOf } from './names.ts'
import { emptyRecord } from './opening.ts'
import { writeSignals } from './line.ts'
import type { ReceiptRecord, SignalName } from './signals.ts'

/**
 * What is known by then, and small: an intent is written for every call. One signal after the other, which takes a third of what it takes
 * to get all that a record has.
 */
// oxfmt-ignore
const knownOf = (r: ReceiptRecord): readonly unknown[] => [
  r.account, r.agent_id, r.auth_method, r.auth_scope, r.budget_reserved, r.build, r.client, r.config, r.content_epoch, r.cost_center, r.created_at,
  r.environment, r.expires_at, r.gateway_version, r.id, r.idempotency_hmac, r.input_hash, r.instance, r.key_id, r.metadata, r.operation,
  r.parent_span, r.provider, r.region, r.request_id, r.requested_model, r.resolved_model, r.review_id, r.route, r.route_reason, r.session_pseudonym,
  r.strategy, r.stream, r.substrate, r.surface, r.team_id, r.tenant_id, r.trace_id, r.upstream_host, r.user_id, r.user_pseudonym, r.wire,
]

/** Their names: of whoever answers a name with itself, they are what is known. */
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
