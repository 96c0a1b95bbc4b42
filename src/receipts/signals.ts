/** The one list of what a receipt tells. It makes the type, the column, the API field and the docs line; there is no kind for free text. */

/**
 * Kinds: `count` whole number; `number` 0–1 or a setting's value; `duration` nanoseconds, monotonic; `time` milliseconds since 1970;
 * `money` whole nano-dollars; `choice` one of the listed words; `flag` yes or no; `id` made by a machine; `hash` hex of a keyed digest;
 * `name` from configuration or catalogue; `labels` the operator's declared metadata; `list` of choices, names, attempts or targets passed over.
 */
export type Kind = 'count' | 'number' | 'duration' | 'time' | 'money' | 'choice' | 'flag' | 'id' | 'hash' | 'name' | 'labels' | 'list'

export interface Signal {
  readonly name: string
  readonly kind: Kind
  /** What it says, in one sentence. */
  readonly meaning: string
  /** When it is null; undefined where it never is. */
  readonly nullWhen?: string
  /** Whether receipts can be filtered and added up by it. Each has few values. */
  readonly dimension?: true
  /** The name of the same thing in the OpenTelemetry GenAI conventions. */
  readonly otel?: string
}

const early = 'the call was refused before that was known, or asks for an answer that is kept'
const uncalled = 'no provider was called'
const unchosen = 'the call came to no target'
const untold = 'the provider did not say'
/** Of signals that rules fill. */
const ungoverned = 'no rule was judged'

// oxfmt-ignore
export const signals = [
  { name: 'id', kind: 'id', meaning: 'The receipt, and the answer header `x-omega-decision-id`: `dec_` and a UUIDv7 in hex.' },
  { name: 'schema', kind: 'count', meaning: 'The version of this list.' },
  { name: 'created_at', kind: 'time', meaning: 'When the call arrived.' },
  { name: 'instance', kind: 'id', otel: 'service.instance.id', meaning: 'The process that wrote it.' },
  { name: 'gateway_version', kind: 'name', otel: 'service.version', meaning: 'The version of the gateway.' },
  { name: 'build', kind: 'hash', meaning: 'Of the files that the gateway ran from: the first 16 hex digits of their SHA-256.' },
  { name: 'config', kind: 'hash', meaning: 'Of the effective configuration without its secrets: the first 16 hex digits of its SHA-256.' },
  { name: 'completeness', kind: 'choice', dimension: true, meaning: '`complete`, or `interrupted` where the process ended before the call did.' },
  { name: 'clock', kind: 'choice', dimension: true, meaning: '`steady`, or `jumped` where the wall clock was set during the call; durations do not follow it.' },
  { name: 'expires_at', kind: 'time', meaning: 'When retention removes it; a legal hold keeps it longer.' },
  { name: 'request_id', kind: 'id', meaning: 'The `x-request-id` of the answer: the client’s own where it has a safe shape.' },
  { name: 'trace_id', kind: 'id', otel: 'trace_id', nullWhen: 'the client sent no `traceparent`', meaning: 'The W3C trace that the client’s call belongs to.' },
  { name: 'parent_span', kind: 'id', otel: 'parent_span_id', nullWhen: 'the client sent no `traceparent`', meaning: 'The span of that trace in which the client called.' },
  { name: 'idempotency_hmac', kind: 'hash', nullWhen: 'the client sent no `idempotency-key`', meaning: 'The client’s `idempotency-key`, as a keyed hash.' },
  { name: 'tenant_id', kind: 'id', dimension: true, nullWhen: 'nobody was identified', meaning: 'The tenant that the call belongs to.' },
  { name: 'team_id', kind: 'id', dimension: true, nullWhen: 'the key is of no team', meaning: 'The team that the key belongs to.' },
  { name: 'agent_id', kind: 'id', dimension: true, nullWhen: 'the key is of no agent', meaning: 'The agent that the key belongs to.' },
  { name: 'user_id', kind: 'id', dimension: true, nullWhen: 'the key is nobody’s', meaning: 'The user whom the key belongs to.' },
  { name: 'key_id', kind: 'id', dimension: true, nullWhen: 'client auth is off, or nobody was identified', meaning: 'The client key that asked; never the key.' },
  { name: 'environment', kind: 'name', dimension: true, nullWhen: 'the key says none', meaning: 'The environment that the key is for.' },
  { name: 'cost_center', kind: 'name', dimension: true, nullWhen: 'neither the key nor its team says one', meaning: 'Who pays.' },
  { name: 'auth_method', kind: 'choice', dimension: true, nullWhen: early, meaning: '`key`, `token` (given by the operator), or `off`.' },
  { name: 'auth_scope', kind: 'choice', dimension: true, nullWhen: early, meaning: 'What the caller may: `call`, or `call_and_route` where it may also say where its calls go.' },
  { name: 'user_pseudonym', kind: 'hash', otel: 'enduser.pseudo.id', nullWhen: 'the client named no user', meaning: 'Who the client says its user is, as a keyed hash.' },
  { name: 'session_pseudonym', kind: 'hash', otel: 'gen_ai.conversation.id', nullWhen: 'the client named no session', meaning: 'Which session, as a keyed hash.' },
  { name: 'metadata', kind: 'labels', nullWhen: 'the client sent none', meaning: 'The declared keys of `omni_metadata`.' },
  { name: 'client', kind: 'choice', dimension: true, meaning: 'The kind of client program, of a closed list, by its user agent; `other` for all else.' },

  { name: 'surface', kind: 'choice', dimension: true, meaning: 'The API that the client spoke.' },
  { name: 'operation', kind: 'choice', dimension: true, otel: 'gen_ai.operation.name', meaning: '`chat`, `text_completion`, `count_tokens`, `kept_answer` (read, cancelled or deleted), or the small form that was filled in: `embeddings`, `rerank`, `moderations`, and so on.' },
  { name: 'requested_model', kind: 'name', dimension: true, otel: 'gen_ai.request.model', nullWhen: early, meaning: 'The model as asked; `unknown` where it leads nowhere.' },
  { name: 'stream', kind: 'flag', dimension: true, otel: 'gen_ai.request.stream', nullWhen: early, meaning: 'Whether the client asked for a stream.' },
  { name: 'max_tokens', kind: 'count', otel: 'gen_ai.request.max_tokens', nullWhen: 'the client set none', meaning: 'The limit that the client set on the answer.' },
  { name: 'temperature', kind: 'number', otel: 'gen_ai.request.temperature', nullWhen: 'the client set none', meaning: 'The temperature that the client set.' },
  { name: 'choices', kind: 'count', otel: 'gen_ai.request.choice.count', nullWhen: 'the client set none', meaning: 'How many answers the client asked for.' },
  { name: 'output_type', kind: 'choice', dimension: true, otel: 'gen_ai.output.type', nullWhen: early, meaning: '`text`, or `json` where the client asked for it.' },
  { name: 'message_count', kind: 'count', nullWhen: early, meaning: 'Messages in the request.' },
  { name: 'tool_count', kind: 'count', nullWhen: early, meaning: 'Tools in the request.' },
  { name: 'modalities', kind: 'list', nullWhen: early, meaning: 'What the request holds: `text`, `image`, `audio`, `video`, `file`.' },
  { name: 'request_size', kind: 'count', nullWhen: early, meaning: 'Bytes of the request, rounded up to a power of two.' },
  { name: 'input_hash', kind: 'hash', nullWhen: '`OMNI_INPUT_HASH` is `none`, or ' + early, meaning: 'HMAC-SHA-256 of the messages under a key of the installation; the log has the same.' },

  { name: 'route', kind: 'name', dimension: true, nullWhen: 'no chain was used', meaning: 'The chain that was used.' },
  { name: 'route_reason', kind: 'choice', dimension: true, nullWhen: early, meaning: 'How the model’s name led to the target: `chain`, `alias`, `prefix`, `only_provider`, `default_provider`, `asked_provider`.' },
  { name: 'strategy', kind: 'choice', dimension: true, nullWhen: 'no chain was used', meaning: 'How the chain chooses: `priority`, `weighted`, and so on.' },
  { name: 'profile', kind: 'name', nullWhen: 'the caller has no key, or one of `OMNI_AUTH_TOKENS`', meaning: 'The named settings that were applied: the operator’s name for the key.' },
  { name: 'route_policy', kind: 'name', nullWhen: 'no rule chose the chain', meaning: 'The rule that sent the call where it went, with its version.' },
  { name: 'codex_routed', kind: 'flag', dimension: true, meaning: 'Whether a Codex client, or a model of the Codex family, was served through the Responses wire.' },
  { name: 'provider', kind: 'name', dimension: true, otel: 'gen_ai.provider.name', nullWhen: unchosen, meaning: 'The provider of the last attempt.' },
  { name: 'account', kind: 'name', dimension: true, nullWhen: unchosen + ', or the provider has one account', meaning: 'Which of the provider’s accounts the last attempt used.' },
  { name: 'substrate', kind: 'choice', dimension: true, nullWhen: unchosen, meaning: '`direct`, `cloud`, `aggregator`, `subscription`, `local` or `built_in`.' },
  { name: 'resolved_model', kind: 'name', dimension: true, nullWhen: unchosen + ', or for an answer that is kept', meaning: 'The model that the last attempt asked for.' },
  { name: 'upstream_host', kind: 'name', otel: 'server.address', nullWhen: unchosen + ', or it is built in', meaning: 'The configured host of that provider.' },
  { name: 'region', kind: 'name', otel: 'cloud.region', dimension: true, nullWhen: unchosen + ', or none is configured', meaning: 'The region of the provider that the last attempt went to.' },
  { name: 'wire', kind: 'choice', dimension: true, nullWhen: unchosen + ', or it cannot be told what was asked', meaning: 'The wire that was spoken to the provider.' },
  { name: 'attempts_count', kind: 'count', meaning: 'How often a provider was asked.' },
  { name: 'attempts', kind: 'list', meaning: 'Each attempt: provider, account, model, status, reason, when it began and how long it took until it spoke or failed, in milliseconds.' },
  { name: 'fallback', kind: 'flag', dimension: true, meaning: 'Whether another target answered than the first that was asked.' },
  { name: 'fallback_reason', kind: 'choice', dimension: true, nullWhen: 'no other target answered', meaning: 'Why the first target that was asked did not answer, of the closed table in `docs/errors.md`.' },
  { name: 'passed_over', kind: 'list', meaning: 'Targets that stand before the last that was asked in the order of a `priority` chain, and were not asked; 8 at most. Each with why: `left_alone`, `full`, or `lacks` what the call needs.' },
  { name: 'dropped', kind: 'list', meaning: 'What the target could not be told, of a closed list; also in `x-omni-dropped`.' },
  { name: 'context_delta', kind: 'choice', dimension: true, meaning: 'What the gateway changed between client and provider: `unchanged`, `translated`, `redacted` or `trimmed` by a policy, or `not_measured`.' },
  { name: 'transforms', kind: 'list', meaning: 'What was done to the request on its way, of the closed list in `docs/receipts.md`: `translated`, `quirks`, `media_fetched`, `kept_input`, …' },
  { name: 'lossy', kind: 'flag', dimension: true, meaning: 'Whether something was left out that the target could not be told.' },
  { name: 'tokens_before', kind: 'count', nullWhen: 'not measured', meaning: 'Tokens of the prompt as the client sent it, estimated.' },
  { name: 'tokens_after', kind: 'count', nullWhen: 'not measured', meaning: 'Tokens of the prompt as it was sent on, estimated in the same way.' },
  { name: 'tokens_saved', kind: 'count', nullWhen: 'not measured', meaning: 'The first less the second.' },
  { name: 'redactions', kind: 'count', nullWhen: 'nothing was taken out', meaning: 'Places where a policy took something out.' },
  { name: 'trimmed_turns', kind: 'count', nullWhen: 'nothing was left out', meaning: 'Messages of the history that a policy left out.' },

  { name: 'status', kind: 'count', dimension: true, otel: 'http.response.status_code', meaning: 'The HTTP status that the client got.' },
  { name: 'outcome', kind: 'choice', dimension: true, meaning: '`completed`, `refused` (by us, before a provider was asked), `failed` (after one was asked), `truncated` (after its answer began), both also where a rule kept the answer back (`error` is `policy_blocked`), `client_closed`, or `interrupted` where nobody knows.' },
  { name: 'error', kind: 'choice', dimension: true, otel: 'error.type', nullWhen: 'the call completed', meaning: 'The reason, of the closed table in `docs/errors.md`.' },
  { name: 'error_origin', kind: 'choice', dimension: true, nullWhen: 'the call completed', meaning: 'Whose doing it was: `caller`, `gateway`, `credential` or `target`.' },
  { name: 'upstream_status', kind: 'count', nullWhen: 'the provider never answered', meaning: 'The HTTP status of the last attempt.' },
  { name: 'upstream_request_id', kind: 'id', nullWhen: untold, meaning: 'The provider’s own id of the request.' },
  { name: 'response_id', kind: 'id', otel: 'gen_ai.response.id', nullWhen: untold, meaning: 'The provider’s own id of the answer.' },
  { name: 'claimed_model', kind: 'name', otel: 'gen_ai.response.model', nullWhen: untold, meaning: 'The model that the answer names.' },
  { name: 'verification', kind: 'choice', dimension: true, meaning: '`verified` where the answer names the resolved model or a dated form of it, by any known spelling; `mismatch`; or `unverified` where it names none, or the asked one without its date.' },
  { name: 'finish', kind: 'choice', dimension: true, otel: 'gen_ai.response.finish_reasons', nullWhen: 'the answer did not finish', meaning: 'Why the model stopped.' },
  { name: 'stream_outcome', kind: 'choice', dimension: true, nullWhen: 'the answer was no stream', meaning: 'How the stream ended: `completed`, `truncated`, `client_closed`, `timeout`, `policy_cut` or `shutdown`.' },
  { name: 'fingerprint', kind: 'id', otel: 'openai.response.system_fingerprint', nullWhen: untold, meaning: 'The provider’s fingerprint of the system that answered.' },
  { name: 'service_tier', kind: 'choice', otel: 'openai.response.service_tier', dimension: true, nullWhen: untold, meaning: 'The tier that the provider served and bills: `standard`, `priority`, `flex`, `batch`, `scale`, `fast` or `other`.' },
  { name: 'tool_calls', kind: 'count', nullWhen: 'no chat was answered', meaning: 'Tool calls in the answer.' },

  { name: 'prompt_tokens', kind: 'count', otel: 'gen_ai.usage.input_tokens', nullWhen: 'nothing was answered', meaning: 'Tokens in, cached ones among them.' },
  { name: 'completion_tokens', kind: 'count', otel: 'gen_ai.usage.output_tokens', nullWhen: 'nothing was answered', meaning: 'Tokens out, reasoning among them.' },
  { name: 'total_tokens', kind: 'count', nullWhen: 'nothing was answered', meaning: 'Both together.' },
  { name: 'system_tokens', kind: 'count', nullWhen: 'not measured', meaning: 'Of the tokens in: instructions. The parts are estimates, brought to add up to the tokens in.' },
  { name: 'history_tokens', kind: 'count', nullWhen: 'not measured', meaning: 'Of the tokens in: earlier turns.' },
  { name: 'user_tokens', kind: 'count', nullWhen: 'not measured', meaning: 'Of the tokens in: the last turn of the user.' },
  { name: 'tool_tokens', kind: 'count', nullWhen: 'not measured', meaning: 'Of the tokens in: definitions of tools.' },
  { name: 'tool_result_tokens', kind: 'count', nullWhen: 'not measured', meaning: 'Of the tokens in: results of tools.' },
  { name: 'media_tokens', kind: 'count', nullWhen: 'not measured', meaning: 'Of the tokens in: pictures, sound and files.' },
  { name: 'cached_tokens', kind: 'count', otel: 'gen_ai.usage.cache_read.input_tokens', nullWhen: untold, meaning: 'Tokens in that came from the provider’s cache.' },
  { name: 'cache_write_tokens', kind: 'count', otel: 'gen_ai.usage.cache_creation.input_tokens', nullWhen: untold, meaning: 'Tokens in that were written to the cache.' },
  { name: 'cache_write_hour_tokens', kind: 'count', nullWhen: untold, meaning: 'Of the written ones: those that live an hour, where others live five minutes.' },
  { name: 'audio_input_tokens', kind: 'count', nullWhen: untold, meaning: 'Tokens in that were sound.' },
  { name: 'image_input_tokens', kind: 'count', nullWhen: untold, meaning: 'Tokens in that were pictures.' },
  { name: 'reasoning_tokens', kind: 'count', otel: 'gen_ai.usage.reasoning.output_tokens', nullWhen: untold, meaning: 'Tokens out that were reasoning.' },
  { name: 'audio_output_tokens', kind: 'count', nullWhen: untold, meaning: 'Tokens out that were sound.' },
  { name: 'input_source', kind: 'choice', dimension: true, meaning: 'Where the tokens in come from: `reported`, `estimated` or `unavailable`.' },
  { name: 'output_source', kind: 'choice', dimension: true, meaning: 'Where the tokens out come from: `reported`, `estimated` or `unavailable`.' },
  { name: 'estimated_prompt_tokens', kind: 'count', nullWhen: 'not measured', meaning: 'Our own estimate of the tokens in.' },
  { name: 'prompt_difference', kind: 'count', nullWhen: 'the provider told none, or we measured none', meaning: 'The tokens in that the provider told, less our own estimate; below zero where it told fewer.' },
  { name: 'estimated_completion_tokens', kind: 'count', nullWhen: 'not measured', meaning: 'Our own estimate of the tokens out, by the words that were delivered.' },
  { name: 'completion_difference', kind: 'count', nullWhen: 'the provider told none, or we measured none', meaning: 'The tokens out that the provider told, less our own estimate.' },
  { name: 'usage_source', kind: 'choice', dimension: true, meaning: '`reported` by the provider, `estimated` by us, `mixed`, or `unavailable`.' },
  { name: 'usage_confidence', kind: 'number', meaning: '1 where reported; for estimates how far to trust them; 0 where unavailable.' },

  { name: 'cost', kind: 'money', nullWhen: 'there is no price or no usage; unknown is never 0', meaning: 'What the provider bills, by the price table.' },
  { name: 'platform_fee', kind: 'money', nullWhen: 'the cost is', meaning: 'The configured percentage of it.' },
  { name: 'total_cost', kind: 'money', nullWhen: 'the cost is', meaning: 'Both together.' },
  { name: 'list_cost', kind: 'money', nullWhen: 'no subscription covers the call, or there is no price or no usage', meaning: 'What a call that a subscription covers would have cost by the table.' },
  { name: 'currency', kind: 'choice', meaning: 'Of all money here: `USD`.' },
  { name: 'cost_availability', kind: 'choice', dimension: true, meaning: '`known`, `estimated` (from estimated usage), `unknown_price`, `unknown_usage`, `free` (built in), or `subscription` (a plan pays).' },
  { name: 'price_version', kind: 'name', nullWhen: 'no price was used', meaning: 'The table of prices, with the day on which it was true, or the operator’s prices by their digest.' },
  { name: 'price_source', kind: 'choice', dimension: true, nullWhen: 'no price was used', meaning: '`catalogue`, or `operator` where the configuration says the price.' },
  { name: 'budget_reserved', kind: 'money', nullWhen: 'no budget is about the call', meaning: 'What was set aside in budgets before the call.' },
  { name: 'budgets', kind: 'list', nullWhen: 'no budget was charged', meaning: 'Budgets that were charged, each with what it is kept by and when its period began, in milliseconds since 1970: `budget:team-ml|day@1795219200000`.' },
  { name: 'budget_settled', kind: 'money', nullWhen: 'no budget is about the call', meaning: 'What budgets were charged after it.' },

  { name: 'duration', kind: 'duration', meaning: 'From the first byte of the request to the last of the answer.' },
  { name: 'overhead', kind: 'duration', meaning: 'The part of it that the gateway itself took.' },
  { name: 'provider_duration', kind: 'duration', nullWhen: uncalled, meaning: 'The part of it spent on providers, all attempts together.' },
  { name: 'retry_pauses', kind: 'duration', meaning: 'The part of it spent waiting before another attempt.' },
  { name: 'queued', kind: 'duration', meaning: 'The part of it spent waiting for room: at a target, or among the calls of its key.' },
  { name: 'parsed_after', kind: 'duration', nullWhen: early, meaning: 'Until the request was read and checked.' },
  { name: 'decided_after', kind: 'duration', nullWhen: 'nothing governs the call', meaning: 'Until policies had decided.' },
  { name: 'sent_after', kind: 'duration', nullWhen: uncalled, meaning: 'Until the first attempt was sent.' },
  { name: 'connected_after', kind: 'duration', nullWhen: 'nothing went over a network, or no connection came about', meaning: 'Until the last attempt had its connection.' },
  { name: 'first_byte_after', kind: 'duration', nullWhen: 'the provider never answered', meaning: 'Until the headers of the last attempt’s answer.' },
  { name: 'first_token_after', kind: 'duration', otel: 'gen_ai.response.time_to_first_chunk', nullWhen: 'nothing was said', meaning: 'Until the first word of the answer.' },
  { name: 'frames', kind: 'count', nullWhen: 'the answer was no stream', meaning: 'Frames of the stream that reached the client.' },
  { name: 'max_gap', kind: 'duration', nullWhen: 'the answer was no stream', meaning: 'The longest silence between two pieces of the stream. No other time of a piece is kept.' },

  { name: 'policy_outcome', kind: 'choice', dimension: true, meaning: '`ALLOW`, `REVIEW` where a person has to decide, or `BLOCK` where the gateway refused the call, for whatever reason (`error` tells it), or a rule its answer.' },
  { name: 'refused_by', kind: 'name', nullWhen: 'no list, limit, budget or rule refused the call', meaning: 'What refused the call, or holds it: the list of the key, team, agent or tenant (`team:research models`, `tenant:acme regions`; `invitation` where one is missing), the limit (`limit:calm`), the budget with the reason (`budget:month spent`, `too small` for this call, `unpriced` where nobody knows its price, `suspended`), or the rule (`house/no-cards@3`), with the facts that it lacked where it could not be judged (`house/vip@3 without labels.team`).' },
  { name: 'policy_version', kind: 'name', nullWhen: 'no rules are about the caller’s calls', meaning: 'The version of the policies that decided.' },
  { name: 'policy_rules', kind: 'list', nullWhen: ungoverned, meaning: 'Rules that came true, as `document/rule@version`: `~` before one in shadow, `!` before one that could not be judged.' },
  { name: 'policy_tags', kind: 'list', nullWhen: ungoverned, meaning: 'Tags that rules put on the call.' },
  { name: 'review_id', kind: 'id', nullWhen: 'no person was asked', meaning: 'The review that the call waited for.' },
  { name: 'risk_score', kind: 'number', nullWhen: ungoverned, meaning: 'From 0 to 1.' },
  { name: 'risk_parts', kind: 'list', nullWhen: ungoverned, meaning: 'What the risk is made of, each with its part: `injection:0.4`.' },
  { name: 'risk_level', kind: 'choice', dimension: true, nullWhen: ungoverned, meaning: '`low`, `medium` or `high`.' },
  { name: 'cache_status', kind: 'choice', dimension: true, meaning: 'Of the gateway’s cache of answers: `off`; there is none yet.' },
  { name: 'runtime_mode', kind: 'choice', dimension: true, meaning: '`smoke` where the built-in provider answered, else `live`.' },
  { name: 'provider_called', kind: 'flag', meaning: 'Whether anything left the gateway for a provider.' },
  { name: 'privacy_mode', kind: 'choice', meaning: '`metadata-only`: nothing that was said is stored.' },
  { name: 'content_stored', kind: 'flag', dimension: true, meaning: 'Whether the gateway keeps the answer, sealed, because `responses.store` is on; a receipt holds nothing of it.' },
  { name: 'content_mode', kind: 'choice', dimension: true, meaning: 'What is kept of what was said: `none`, `link` (a digest under a key that can be destroyed) or `prove` (a commitment that the caller alone can open).' },
  { name: 'content_epoch', kind: 'name', nullWhen: 'no key made anything in it', meaning: 'The 30 days, by the first of them, whose key made the pseudonyms and, where the mode is `link`, the digests.' },
  { name: 'request_digest', kind: 'hash', nullWhen: 'the mode is `none`, or nothing was sent', meaning: 'Of the bytes that the provider was sent.' },
  { name: 'response_digest', kind: 'hash', nullWhen: 'the mode is `none`, or nothing came back', meaning: 'Of the bytes that the client was sent.' },
  { name: 'notices', kind: 'list', meaning: 'What a reader should look at: `mismatch`, `estimated_usage`, `unknown_cost`, `fallback`, `passed_over`, `fields_dropped`, `incomplete`, `clock_set`, `upload_spent`, `limit_uncounted`.' },
] as const satisfies readonly Signal[]

/**
 * What is known of a receipt once it is written: where it stands in the log, and what vouches for it. Not in the entry itself, whose digest it is.
 * The names and rules are the list's.
 */
// oxfmt-ignore
export const proofSignals = [
  { name: 'log', kind: 'id', nullWhen: 'it was made before there was a log', meaning: 'The log that holds it: `log_` and 32 hex digits.' },
  { name: 'position', kind: 'count', nullWhen: 'it was made before there was a log', meaning: 'Its place there, from 0, without gaps.' },
  { name: 'leaf_hash', kind: 'hash', nullWhen: 'it was made before there was a log, or `intact` is false', meaning: 'The RFC 6962 hash of its entry.' },
  { name: 'checkpoint', kind: 'count', nullWhen: 'no checkpoint counts it yet, or `intact` is false', meaning: 'The size of the first checkpoint that counts it.' },
  { name: 'signer', kind: 'id', nullWhen: 'no checkpoint counts it yet, or `intact` is false', meaning: 'The id of the key that signed that checkpoint.' },
  { name: 'intact', kind: 'flag', nullWhen: 'no checkpoint counts it yet, or its log is on another machine', meaning: 'Whether the log bears it out: its leaf was found under the root of that checkpoint, whose signature was checked.' },
] as const satisfies readonly Signal[]

/** The version of the list, written into each receipt. */
export const schemaVersion = 2

/** One attempt, as a receipt and `extra.routing.attempts` tell it. Its names stand in the order in which they are written. */
export interface AttemptRecord {
  /** Null where the provider has one account. */
  readonly account: string | null
  /** Milliseconds from the call's arrival to the attempt's beginning. */
  readonly at: number
  readonly model: string
  readonly ms: number
  readonly provider: string
  readonly reason: string
  readonly region: string | null
  readonly status: number | null
}

/** A target that was not asked, though it stands before one that was. */
export interface PassedOver {
  readonly target: string
  readonly why: 'left_alone' | 'full' | 'lacks'
}

interface Values {
  readonly count: number
  readonly number: number
  readonly duration: number
  readonly time: number
  readonly money: number
  readonly choice: string
  readonly flag: boolean
  readonly id: string
  readonly hash: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly list: readonly (string | AttemptRecord | PassedOver)[]
}

/** What is known of a receipt beside its entry. */
export type ProofRecord = { -readonly [S in (typeof proofSignals)[number] as S['name']]: Values[S['kind']] | null }

export type SignalName = (typeof signals)[number]['name']

/** A closed receipt: one value for each signal, null only where its `nullWhen` says so. */
export type ReceiptRecord = {
  -readonly [S in (typeof signals)[number] as S['name']]: S extends { readonly nullWhen: string } ? Values[S['kind']] | null : Values[S['kind']]
}
