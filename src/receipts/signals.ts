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
  /** Whether receipts can be filtered by it: then it has a column of its own. */
  readonly column?: true
  /** The name of the same thing in the OpenTelemetry GenAI conventions. */
  readonly otel?: string
}

const early = 'the call was refused before that was known'
const uncalled = 'no provider was called'
const untold = 'the provider did not say'

// oxfmt-ignore
export const signals = [
  { name: 'id', kind: 'id', column: true, meaning: 'The receipt, and the answer header `x-omega-decision-id`: `dec_` and a UUIDv7 in hex.' },
  { name: 'schema', kind: 'count', meaning: 'The version of this list.' },
  { name: 'created_at', kind: 'time', column: true, meaning: 'When the call arrived.' },
  { name: 'instance', kind: 'id', otel: 'service.instance.id', meaning: 'The process that wrote it.' },
  { name: 'gateway_version', kind: 'name', otel: 'service.version', meaning: 'The version of the gateway.' },
  { name: 'completeness', kind: 'choice', meaning: '`complete`, or `interrupted` where the process ended before the call did.' },
  { name: 'request_id', kind: 'id', meaning: 'The `x-request-id` of the answer: the client’s own where it has a safe shape.' },
  { name: 'trace_id', kind: 'id', otel: 'trace_id', nullWhen: 'the client sent no `traceparent`', meaning: 'The W3C trace that the client’s call belongs to.' },
  { name: 'key_id', kind: 'id', column: true, nullWhen: 'client auth is off, or nobody was identified', meaning: 'The client key that asked; never the key.' },
  { name: 'auth_method', kind: 'choice', nullWhen: early, meaning: '`key`, `token` (given by the operator), or `off`.' },
  { name: 'user_pseudonym', kind: 'hash', otel: 'enduser.pseudo.id', nullWhen: 'the client named no user', meaning: 'Who the client says its user is, as a keyed hash.' },
  { name: 'session_pseudonym', kind: 'hash', otel: 'gen_ai.conversation.id', nullWhen: 'the client named no session', meaning: 'Which session, as a keyed hash.' },
  { name: 'metadata', kind: 'labels', nullWhen: 'the client sent none', meaning: 'The declared keys of `omni_metadata`.' },
  { name: 'client', kind: 'choice', meaning: 'The kind of client program, of a closed list, by its user agent; `other` for all else.' },

  { name: 'surface', kind: 'choice', column: true, meaning: 'The API that the client spoke.' },
  { name: 'operation', kind: 'choice', column: true, otel: 'gen_ai.operation.name', meaning: '`chat`, `text_completion`, `count_tokens`, or the small form that was filled in: `embeddings`, `rerank`, `moderations`.' },
  { name: 'requested_model', kind: 'name', column: true, otel: 'gen_ai.request.model', nullWhen: early, meaning: 'The model as asked; `unknown` where it leads nowhere.' },
  { name: 'stream', kind: 'flag', otel: 'gen_ai.request.stream', nullWhen: early, meaning: 'Whether the client asked for a stream.' },
  { name: 'max_tokens', kind: 'count', otel: 'gen_ai.request.max_tokens', nullWhen: 'the client set none', meaning: 'The limit that the client set on the answer.' },
  { name: 'temperature', kind: 'number', otel: 'gen_ai.request.temperature', nullWhen: 'the client set none', meaning: 'The temperature that the client set.' },
  { name: 'choices', kind: 'count', otel: 'gen_ai.request.choice.count', nullWhen: 'the client set none', meaning: 'How many answers the client asked for.' },
  { name: 'output_type', kind: 'choice', otel: 'gen_ai.output.type', nullWhen: early, meaning: '`text`, or `json` where the client asked for it.' },
  { name: 'message_count', kind: 'count', nullWhen: early, meaning: 'Messages in the request.' },
  { name: 'tool_count', kind: 'count', nullWhen: early, meaning: 'Tools in the request.' },
  { name: 'request_size', kind: 'count', nullWhen: early, meaning: 'Bytes of the request, rounded up to a power of two.' },
  { name: 'input_hash', kind: 'hash', nullWhen: '`OMNI_INPUT_HASH` is `none`, or ' + early, meaning: 'HMAC-SHA-256 of the messages under a key of the installation; the log has the same.' },

  { name: 'route', kind: 'name', nullWhen: 'no chain was used', meaning: 'The chain that was used.' },
  { name: 'route_reason', kind: 'choice', nullWhen: early, meaning: 'How the model’s name led to the target: `chain`, `alias`, `prefix`, `only_provider`, `default_provider`, `asked_provider`.' },
  { name: 'strategy', kind: 'choice', nullWhen: 'no chain was used', meaning: 'How the chain chooses: `priority`, `weighted`, and so on.' },
  { name: 'provider', kind: 'name', column: true, otel: 'gen_ai.provider.name', nullWhen: uncalled, meaning: 'The provider of the last attempt.' },
  { name: 'account', kind: 'name', nullWhen: uncalled + ', or the provider has one account', meaning: 'Which of the provider’s accounts the last attempt used.' },
  { name: 'substrate', kind: 'choice', nullWhen: uncalled, meaning: '`direct`, `cloud`, `aggregator`, `subscription`, `local` or `built_in`.' },
  { name: 'resolved_model', kind: 'name', column: true, nullWhen: uncalled, meaning: 'The model that the last attempt asked for.' },
  { name: 'upstream_host', kind: 'name', otel: 'server.address', nullWhen: uncalled + ', or it is built in', meaning: 'The configured host of that provider.' },
  { name: 'wire', kind: 'choice', nullWhen: uncalled, meaning: 'The wire that was spoken to the provider.' },
  { name: 'attempts_count', kind: 'count', meaning: 'How often a provider was asked.' },
  { name: 'attempts', kind: 'list', meaning: 'Each attempt: provider, account, model, status, reason, when it began and how long it took until it spoke or failed, in milliseconds.' },
  { name: 'fallback', kind: 'flag', column: true, meaning: 'Whether another target answered than the first that was asked.' },
  { name: 'passed_over', kind: 'list', meaning: 'Targets that stand before the last that was asked in the order of a `priority` chain, and were not asked; 8 at most. Each with why: `left_alone`, `full`, or `lacks` what the call needs.' },
  { name: 'dropped', kind: 'list', meaning: 'What the target could not be told, of a closed list; also in `x-omni-dropped`.' },
  { name: 'context_delta', kind: 'choice', meaning: 'What the gateway changed between client and provider: `unchanged`, `translated`, or `not_measured`.' },

  { name: 'status', kind: 'count', column: true, otel: 'http.response.status_code', meaning: 'The HTTP status that the client got.' },
  { name: 'outcome', kind: 'choice', column: true, meaning: '`completed`, `refused` (by us), `failed` (upstream), `truncated` (after it began), `client_closed`.' },
  { name: 'error', kind: 'choice', column: true, otel: 'error.type', nullWhen: 'the call completed', meaning: 'The reason, of the closed table in `docs/errors.md`.' },
  { name: 'error_origin', kind: 'choice', nullWhen: 'the call completed', meaning: 'Whose doing it was: `caller`, `gateway`, `credential` or `target`.' },
  { name: 'upstream_status', kind: 'count', nullWhen: 'the provider never answered', meaning: 'The HTTP status of the last attempt.' },
  { name: 'upstream_request_id', kind: 'id', nullWhen: untold, meaning: 'The provider’s own id of the request.' },
  { name: 'response_id', kind: 'id', otel: 'gen_ai.response.id', nullWhen: untold, meaning: 'The provider’s own id of the answer.' },
  { name: 'claimed_model', kind: 'name', otel: 'gen_ai.response.model', nullWhen: untold, meaning: 'The model that the answer names.' },
  { name: 'verification', kind: 'choice', meaning: '`verified` where the answer names the resolved model or a dated form of it, `mismatch`, or `unverified`.' },
  { name: 'finish', kind: 'choice', otel: 'gen_ai.response.finish_reasons', nullWhen: 'the answer did not finish', meaning: 'Why the model stopped.' },
  { name: 'tool_calls', kind: 'count', nullWhen: 'the answer was passed on unread', meaning: 'Tool calls in the answer.' },

  { name: 'prompt_tokens', kind: 'count', column: true, otel: 'gen_ai.usage.input_tokens', nullWhen: 'nothing was answered', meaning: 'Tokens in, cached ones among them.' },
  { name: 'completion_tokens', kind: 'count', column: true, otel: 'gen_ai.usage.output_tokens', nullWhen: 'nothing was answered', meaning: 'Tokens out, reasoning among them.' },
  { name: 'total_tokens', kind: 'count', nullWhen: 'nothing was answered', meaning: 'Both together.' },
  { name: 'cached_tokens', kind: 'count', otel: 'gen_ai.usage.cache_read.input_tokens', nullWhen: untold, meaning: 'Tokens in that came from the provider’s cache.' },
  { name: 'cache_write_tokens', kind: 'count', otel: 'gen_ai.usage.cache_creation.input_tokens', nullWhen: untold, meaning: 'Tokens in that were written to the cache.' },
  { name: 'reasoning_tokens', kind: 'count', otel: 'gen_ai.usage.reasoning.output_tokens', nullWhen: untold, meaning: 'Tokens out that were reasoning.' },
  { name: 'usage_source', kind: 'choice', meaning: '`reported` by the provider, `estimated` by us, `mixed`, or `unavailable`.' },
  { name: 'usage_confidence', kind: 'number', meaning: '1 where reported; for estimates how far to trust them; 0 where unavailable.' },

  { name: 'cost', kind: 'money', column: true, nullWhen: 'there is no price or no usage; unknown is never 0', meaning: 'What the provider bills, by the price table.' },
  { name: 'platform_fee', kind: 'money', nullWhen: 'the cost is', meaning: 'The configured percentage of it.' },
  { name: 'total_cost', kind: 'money', nullWhen: 'the cost is', meaning: 'Both together.' },
  { name: 'cost_availability', kind: 'choice', meaning: '`known`, `estimated` (from estimated usage), `unknown_price`, `unknown_usage`, or `free` (built in).' },
  { name: 'price_version', kind: 'name', nullWhen: 'no price was used', meaning: 'The price table.' },

  { name: 'duration', kind: 'duration', column: true, meaning: 'From the first byte of the request to the last of the answer.' },
  { name: 'overhead', kind: 'duration', meaning: 'The part of it that the gateway itself took.' },
  { name: 'provider_duration', kind: 'duration', nullWhen: uncalled, meaning: 'The part of it spent on providers, all attempts together.' },
  { name: 'retry_pauses', kind: 'duration', meaning: 'The part of it spent waiting before another attempt.' },
  { name: 'queued', kind: 'duration', meaning: 'The part of it spent waiting for room: at a target, or among the calls of its key.' },
  { name: 'parsed_after', kind: 'duration', nullWhen: early, meaning: 'Until the request was read and checked.' },
  { name: 'sent_after', kind: 'duration', nullWhen: uncalled, meaning: 'Until the first attempt was sent.' },
  { name: 'first_byte_after', kind: 'duration', nullWhen: 'the provider never answered', meaning: 'Until the headers of the last attempt’s answer.' },
  { name: 'first_token_after', kind: 'duration', otel: 'gen_ai.response.time_to_first_chunk', nullWhen: 'nothing was said', meaning: 'Until the first word of the answer.' },
  { name: 'frames', kind: 'count', nullWhen: 'the answer was no stream', meaning: 'Frames of the stream that reached the client.' },

  { name: 'policy_outcome', kind: 'choice', meaning: '`ALLOW`, or `BLOCK` where the gateway refused the call.' },
  { name: 'runtime_mode', kind: 'choice', meaning: '`smoke` where the built-in provider answered, else `live`.' },
  { name: 'provider_called', kind: 'flag', meaning: 'Whether anything left the gateway for a provider.' },
  { name: 'privacy_mode', kind: 'choice', meaning: '`metadata-only`: nothing that was said is stored.' },
  { name: 'notices', kind: 'list', meaning: 'What a reader should look at: `mismatch`, `estimated_usage`, `unknown_cost`, `fallback`, `passed_over`, `fields_dropped`, `incomplete`, `clock_set`, `upload_spent`.' },
] as const satisfies readonly Signal[]

/** The version of the list, written into each receipt. */
export const schemaVersion = 1

/** One attempt, as a receipt and `extra.routing.attempts` tell it. */
export interface AttemptRecord {
  readonly provider: string
  /** Null where the provider has one account. */
  readonly account: string | null
  readonly model: string
  readonly region: string | null
  readonly status: number | null
  readonly reason: string
  /** Milliseconds from the call's arrival to the attempt's beginning. */
  readonly at: number
  readonly ms: number
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

/** A closed receipt: one value for each signal, null only where its `nullWhen` says so. */
export type ReceiptRecord = {
  -readonly [S in (typeof signals)[number] as S['name']]: S extends { readonly nullWhen: string } ? Values[S['kind']] | null : Values[S['kind']]
}
