/** A record as it opens: who called, and nothing known of the rest. */

import { now } from '../base/clock.ts'
import { receiptId } from '../base/ids.ts'
import { schemaVersion, type ReceiptRecord } from './signals.ts'

export interface Opening {
  readonly instance: string
  readonly version: string
  /** Of the files that the gateway ran from, and of the configuration: 16 hex digits. */
  readonly build: string
  readonly config: string
  readonly requestId: string
  readonly traceId: string | null
  readonly client: string
  readonly surface: string
  readonly operation: string
}

export function openRecord({ instance, version, build, config, requestId, traceId, client, surface, operation }: Opening): ReceiptRecord {
  // oxfmt-ignore
  return {
    id: receiptId(), schema: schemaVersion, created_at: now(), instance, gateway_version: version, build, config, completeness: 'complete', clock: 'steady', expires_at: 0,
    request_id: requestId, trace_id: traceId, parent_span: null, idempotency_hmac: null, tenant_id: null, team_id: null, agent_id: null, key_id: null, auth_method: null, auth_scope: null,
    user_pseudonym: null, session_pseudonym: null, metadata: null, client,
    surface, operation, requested_model: null, stream: null, max_tokens: null, temperature: null, choices: null, output_type: null,
    message_count: null, tool_count: null, modalities: null, request_size: null, input_hash: null,
    route: null, route_reason: null, strategy: null, profile: null, route_policy: null, codex_routed: false,
    provider: null, account: null, substrate: null, resolved_model: null, upstream_host: null, region: null, wire: null,
    attempts_count: 0, attempts: [], fallback: false, fallback_reason: null, passed_over: [], dropped: [],
    context_delta: 'not_measured', transforms: [], lossy: false, tokens_before: null, tokens_after: null, tokens_saved: null, redactions: null, trimmed_turns: null,
    status: 0, outcome: 'completed', error: null, error_origin: null, upstream_status: null, upstream_request_id: null,
    response_id: null, claimed_model: null, verification: 'unverified', finish: null, stream_outcome: null, fingerprint: null, service_tier: null, tool_calls: null,
    prompt_tokens: null, completion_tokens: null, total_tokens: null,
    system_tokens: null, history_tokens: null, user_tokens: null, tool_tokens: null, tool_result_tokens: null, media_tokens: null,
    cached_tokens: null, cache_write_tokens: null, cache_write_hour_tokens: null, audio_input_tokens: null, image_input_tokens: null,
    reasoning_tokens: null, audio_output_tokens: null,
    input_source: 'unavailable', output_source: 'unavailable', estimated_prompt_tokens: null, prompt_difference: null,
    estimated_completion_tokens: null, completion_difference: null, usage_source: 'unavailable', usage_confidence: 0,
    cost: null, platform_fee: null, total_cost: null, list_cost: null, currency: 'USD', cost_availability: 'unknown_usage', price_version: null, price_source: null,
    budget_reserved: null, budget_settled: null,
    duration: 0, overhead: 0, provider_duration: null, retry_pauses: 0, queued: 0, parsed_after: null, decided_after: null, sent_after: null, connected_after: null,
    first_byte_after: null, first_token_after: null, frames: null, max_gap: null,
    policy_outcome: 'ALLOW', policy_version: null, policy_rules: null, policy_tags: null, review_id: null, risk_score: null, risk_level: null, cache_status: 'off',
    runtime_mode: 'live', provider_called: false, privacy_mode: 'metadata-only', content_stored: false, content_mode: 'none', content_epoch: null,
    request_digest: null, response_digest: null, notices: [],
  }
}
