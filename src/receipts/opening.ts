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

/**
 * A class, since a literal of more than some 128 properties is a dictionary to V8: fifteen times slower to make, and slower to read
 * for all that look at it.
 */
class OpenRecord implements ReceiptRecord {
  id: ReceiptRecord['id'] = receiptId()
  schema: ReceiptRecord['schema'] = schemaVersion
  created_at: ReceiptRecord['created_at'] = now()
  instance: ReceiptRecord['instance']
  gateway_version: ReceiptRecord['gateway_version']
  build: ReceiptRecord['build']
  config: ReceiptRecord['config']
  completeness: ReceiptRecord['completeness'] = 'complete'
  clock: ReceiptRecord['clock'] = 'steady'
  expires_at: ReceiptRecord['expires_at'] = 0
  request_id: ReceiptRecord['request_id']
  trace_id: ReceiptRecord['trace_id']
  parent_span: ReceiptRecord['parent_span'] = null
  idempotency_hmac: ReceiptRecord['idempotency_hmac'] = null
  tenant_id: ReceiptRecord['tenant_id'] = null
  team_id: ReceiptRecord['team_id'] = null
  agent_id: ReceiptRecord['agent_id'] = null
  user_id: ReceiptRecord['user_id'] = null
  key_id: ReceiptRecord['key_id'] = null
  environment: ReceiptRecord['environment'] = null
  cost_center: ReceiptRecord['cost_center'] = null
  auth_method: ReceiptRecord['auth_method'] = null
  auth_scope: ReceiptRecord['auth_scope'] = null
  user_pseudonym: ReceiptRecord['user_pseudonym'] = null
  session_pseudonym: ReceiptRecord['session_pseudonym'] = null
  metadata: ReceiptRecord['metadata'] = null
  client: ReceiptRecord['client']
  surface: ReceiptRecord['surface']
  operation: ReceiptRecord['operation']
  requested_model: ReceiptRecord['requested_model'] = null
  stream: ReceiptRecord['stream'] = null
  max_tokens: ReceiptRecord['max_tokens'] = null
  temperature: ReceiptRecord['temperature'] = null
  choices: ReceiptRecord['choices'] = null
  output_type: ReceiptRecord['output_type'] = null
  message_count: ReceiptRecord['message_count'] = null
  tool_count: ReceiptRecord['tool_count'] = null
  modalities: ReceiptRecord['modalities'] = null
  request_size: ReceiptRecord['request_size'] = null
  input_hash: ReceiptRecord['input_hash'] = null
  route: ReceiptRecord['route'] = null
  route_reason: ReceiptRecord['route_reason'] = null
  strategy: ReceiptRecord['strategy'] = null
  profile: ReceiptRecord['profile'] = null
  route_policy: ReceiptRecord['route_policy'] = null
  codex_routed: ReceiptRecord['codex_routed'] = false
  provider: ReceiptRecord['provider'] = null
  account: ReceiptRecord['account'] = null
  substrate: ReceiptRecord['substrate'] = null
  resolved_model: ReceiptRecord['resolved_model'] = null
  upstream_host: ReceiptRecord['upstream_host'] = null
  region: ReceiptRecord['region'] = null
  wire: ReceiptRecord['wire'] = null
  attempts_count: ReceiptRecord['attempts_count'] = 0
  attempts: ReceiptRecord['attempts'] = []
  fallback: ReceiptRecord['fallback'] = false
  fallback_reason: ReceiptRecord['fallback_reason'] = null
  passed_over: ReceiptRecord['passed_over'] = []
  dropped: ReceiptRecord['dropped'] = []
  context_delta: ReceiptRecord['context_delta'] = 'not_measured'
  transforms: ReceiptRecord['transforms'] = []
  lossy: ReceiptRecord['lossy'] = false
  tokens_before: ReceiptRecord['tokens_before'] = null
  tokens_after: ReceiptRecord['tokens_after'] = null
  tokens_saved: ReceiptRecord['tokens_saved'] = null
  redactions: ReceiptRecord['redactions'] = null
  trimmed_turns: ReceiptRecord['trimmed_turns'] = null
  status: ReceiptRecord['status'] = 0
  outcome: ReceiptRecord['outcome'] = 'completed'
  error: ReceiptRecord['error'] = null
  error_origin: ReceiptRecord['error_origin'] = null
  upstream_status: ReceiptRecord['upstream_status'] = null
  upstream_request_id: ReceiptRecord['upstream_request_id'] = null
  response_id: ReceiptRecord['response_id'] = null
  claimed_model: ReceiptRecord['claimed_model'] = null
  verification: ReceiptRecord['verification'] = 'unverified'
  finish: ReceiptRecord['finish'] = null
  stream_outcome: ReceiptRecord['stream_outcome'] = null
  fingerprint: ReceiptRecord['fingerprint'] = null
  service_tier: ReceiptRecord['service_tier'] = null
  tool_calls: ReceiptRecord['tool_calls'] = null
  prompt_tokens: ReceiptRecord['prompt_tokens'] = null
  completion_tokens: ReceiptRecord['completion_tokens'] = null
  total_tokens: ReceiptRecord['total_tokens'] = null
  system_tokens: ReceiptRecord['system_tokens'] = null
  history_tokens: ReceiptRecord['history_tokens'] = null
  user_tokens: ReceiptRecord['user_tokens'] = null
  tool_tokens: ReceiptRecord['tool_tokens'] = null
  tool_result_tokens: ReceiptRecord['tool_result_tokens'] = null
  media_tokens: ReceiptRecord['media_tokens'] = null
  cached_tokens: ReceiptRecord['cached_tokens'] = null
  cache_write_tokens: ReceiptRecord['cache_write_tokens'] = null
  cache_write_hour_tokens: ReceiptRecord['cache_write_hour_tokens'] = null
  audio_input_tokens: ReceiptRecord['audio_input_tokens'] = null
  image_input_tokens: ReceiptRecord['image_input_tokens'] = null
  reasoning_tokens: ReceiptRecord['reasoning_tokens'] = null
  audio_output_tokens: ReceiptRecord['audio_output_tokens'] = null
  input_source: ReceiptRecord['input_source'] = 'unavailable'
  output_source: ReceiptRecord['output_source'] = 'unavailable'
  estimated_prompt_tokens: ReceiptRecord['estimated_prompt_tokens'] = null
  prompt_difference: ReceiptRecord['prompt_difference'] = null
  estimated_completion_tokens: ReceiptRecord['estimated_completion_tokens'] = null
  completion_difference: ReceiptRecord['completion_difference'] = null
  usage_source: ReceiptRecord['usage_source'] = 'unavailable'
  usage_confidence: ReceiptRecord['usage_confidence'] = 0
  cost: ReceiptRecord['cost'] = null
  platform_fee: ReceiptRecord['platform_fee'] = null
  total_cost: ReceiptRecord['total_cost'] = null
  list_cost: ReceiptRecord['list_cost'] = null
  currency: ReceiptRecord['currency'] = 'USD'
  cost_availability: ReceiptRecord['cost_availability'] = 'unknown_usage'
  price_version: ReceiptRecord['price_version'] = null
  price_source: ReceiptRecord['price_source'] = null
  budget_reserved: ReceiptRecord['budget_reserved'] = null
  budgets: ReceiptRecord['budgets'] = null
  budget_settled: ReceiptRecord['budget_settled'] = null
  duration: ReceiptRecord['duration'] = 0
  overhead: ReceiptRecord['overhead'] = 0
  provider_duration: ReceiptRecord['provider_duration'] = null
  retry_pauses: ReceiptRecord['retry_pauses'] = 0
  queued: ReceiptRecord['queued'] = 0
  parsed_after: ReceiptRecord['parsed_after'] = null
  decided_after: ReceiptRecord['decided_after'] = null
  sent_after: ReceiptRecord['sent_after'] = null
  connected_after: ReceiptRecord['connected_after'] = null
  first_byte_after: ReceiptRecord['first_byte_after'] = null
  first_token_after: ReceiptRecord['first_token_after'] = null
  frames: ReceiptRecord['frames'] = null
  max_gap: ReceiptRecord['max_gap'] = null
  policy_outcome: ReceiptRecord['policy_outcome'] = 'ALLOW'
  refused_by: ReceiptRecord['refused_by'] = null
  policy_version: ReceiptRecord['policy_version'] = null
  policy_rules: ReceiptRecord['policy_rules'] = null
  policy_tags: ReceiptRecord['policy_tags'] = null
  review_id: ReceiptRecord['review_id'] = null
  risk_score: ReceiptRecord['risk_score'] = null
  risk_parts: ReceiptRecord['risk_parts'] = null
  risk_level: ReceiptRecord['risk_level'] = null
  cache_status: ReceiptRecord['cache_status'] = 'off'
  runtime_mode: ReceiptRecord['runtime_mode'] = 'live'
  provider_called: ReceiptRecord['provider_called'] = false
  privacy_mode: ReceiptRecord['privacy_mode'] = 'metadata-only'
  content_stored: ReceiptRecord['content_stored'] = false
  content_mode: ReceiptRecord['content_mode'] = 'none'
  content_epoch: ReceiptRecord['content_epoch'] = null
  request_digest: ReceiptRecord['request_digest'] = null
  response_digest: ReceiptRecord['response_digest'] = null
  notices: ReceiptRecord['notices'] = []

  constructor(opening: Opening) {
    this.instance = opening.instance
    this.gateway_version = opening.version
    this.build = opening.build
    this.config = opening.config
    this.request_id = opening.requestId
    this.trace_id = opening.traceId
    this.client = opening.client
    this.surface = opening.surface
    this.operation = opening.operation
  }
}

export const openRecord = (opening: Opening): ReceiptRecord => new OpenRecord(opening)

/** Whether its signals stand in the order of this file. */
export const isOpened = (record: ReceiptRecord): boolean => record instanceof OpenRecord

/** Of no call. */
export const emptyRecord: ReceiptRecord = openRecord({
  instance: '',
  version: '',
  build: '',
  config: '',
  requestId: '',
  traceId: null,
  client: 'other',
  surface: '',
  operation: 'chat',
})
