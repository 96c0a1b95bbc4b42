/** A record as it opens: who called, and nothing known of the rest. */

import { now } from '../base/clock.ts'
import { receiptId } from '../base/ids.ts'
import { schemaVersion, type ReceiptRecord } from './signals.ts'

export interface Opening {
  readonly instance: string
  readonly version: string
  readonly requestId: string
  readonly traceId: string | null
  readonly client: string
  readonly surface: string
  readonly operation: string
}

export function openRecord({ instance, version, requestId, traceId, client, surface, operation }: Opening): ReceiptRecord {
  // oxfmt-ignore
  return {
    id: receiptId(), schema: schemaVersion, created_at: now(), instance, gateway_version: version, completeness: 'complete',
    request_id: requestId, trace_id: traceId, key_id: null, auth_method: null, user_pseudonym: null, session_pseudonym: null, metadata: null, client,
    surface, operation, requested_model: null, stream: null, max_tokens: null, temperature: null, choices: null, output_type: null,
    message_count: null, tool_count: null, request_size: null, input_hash: null,
    route: null, route_reason: null, strategy: null, provider: null, account: null, substrate: null, resolved_model: null, upstream_host: null, wire: null,
    attempts_count: 0, attempts: [], fallback: false, passed_over: [], dropped: [], context_delta: 'not_measured',
    status: 0, outcome: 'completed', error: null, error_origin: null, upstream_status: null, upstream_request_id: null,
    response_id: null, claimed_model: null, verification: 'unverified', finish: null, tool_calls: null,
    prompt_tokens: null, completion_tokens: null, total_tokens: null, cached_tokens: null, cache_write_tokens: null, reasoning_tokens: null,
    usage_source: 'unavailable', usage_confidence: 0,
    cost: null, platform_fee: null, total_cost: null, cost_availability: 'unknown_usage', price_version: null,
    duration: 0, overhead: 0, provider_duration: null, retry_pauses: 0, queued: 0, parsed_after: null, sent_after: null, first_byte_after: null, first_token_after: null, frames: null,
    policy_outcome: 'ALLOW', runtime_mode: 'live', provider_called: false, privacy_mode: 'metadata-only', notices: [],
  }
}
