/** The one error of the gateway: why a call failed, and what follows from it. */

import type { Reset } from './resets.ts'

/**
 * The closed table of reasons. `docs/errors.md` is generated from it, and nothing else decides on a status.
 * - `next`: another target may be tried. `again`: the same target may be tried again, after a pause.
 * - `blame`: whose doing it is: it decides whose health suffers.
 * - `retry`: whether the client's own retry can help; where not, the answer says `x-should-retry: false`.
 * - `health`: what it does to whose health; nothing where absent.
 * - `openai`, `messages`, `gemini`: the `type` (or `status` word) in each envelope; `code` on OpenAI surfaces is the reason, unless `code` says another.
 */
const caller = (status: number, names: Partial<Names> = {}) =>
  ({
    status,
    next: false,
    again: false,
    blame: 'caller',
    retry: false,
    openai: 'invalid_request_error',
    messages: 'invalid_request_error',
    gemini: 'INVALID_ARGUMENT',
    ...names,
  }) as const
const target = (status: number, again: boolean, names: Partial<Names> = {}) =>
  ({ status, next: true, again, blame: 'target', retry: true, health: { at: 'target', does: 'count' }, ...ours, ...names }) as const
const credential = (status: number, ms: number) =>
  ({ status, next: true, again: false, blame: 'credential', retry: false, health: { at: 'account', does: 'eject', ms }, ...ours }) as const
const gateway = (status: number, names: Partial<Names> = {}) =>
  ({ status, next: false, again: false, blame: 'gateway', retry: true, ...ours, ...names }) as const

interface Names {
  readonly openai: string
  readonly messages: string
  readonly gemini: string
}

const ours: Names = { openai: 'server_error', messages: 'api_error', gemini: 'UNAVAILABLE' }
const tooMany = caller(429, { openai: 'rate_limit_error', messages: 'rate_limit_error', gemini: 'RESOURCE_EXHAUSTED' })
const permission: Names = { openai: 'permission_error', messages: 'permission_error', gemini: 'PERMISSION_DENIED' }
const missing: Partial<Names> = { messages: 'not_found_error', gemini: 'NOT_FOUND' }

export const reasons = {
  invalid_json: caller(400),
  invalid_type: caller(400),
  invalid_value: caller(400),
  missing_parameter: caller(400),
  unsupported_parameter: caller(400),
  unsupported_tool: caller(400),
  unsupported_operation: caller(400),
  forbidden_parameter: caller(400),
  duplicate_key: caller(400),
  json_too_deep: caller(400),
  too_many_items: caller(400),
  invalid_encoding: caller(400),
  bad_request: caller(400),
  previous_response_not_found: caller(400),
  websocket_connection_limit_reached: caller(400),
  ambiguous_credentials: caller(400),
  ambiguous_model: caller(400),
  context_length_exceeded: caller(400),
  content_filter: caller(400),
  upstream_refused_request: caller(400),
  invalid_api_key: caller(401, { openai: 'authentication_error', messages: 'authentication_error', gemini: 'UNAUTHENTICATED' }),
  insufficient_quota: caller(402, { openai: 'insufficient_quota', messages: 'billing_error', gemini: 'RESOURCE_EXHAUSTED' }),
  // The same where the operator wants the status of a limit.
  budget_spent: {
    ...caller(429, { openai: 'insufficient_quota', messages: 'rate_limit_error', gemini: 'RESOURCE_EXHAUSTED' }),
    code: 'insufficient_quota',
  },
  insufficient_scope: caller(403, permission),
  address_not_allowed: caller(403, permission),
  admin_key_misused: { ...caller(403, permission), code: 'insufficient_scope' },
  model_not_allowed: caller(403, permission),
  policy_blocked: caller(403, permission),
  review_required: caller(403, permission),
  model_not_found: caller(404, missing),
  not_found: caller(404, missing),
  method_not_allowed: caller(405),
  request_timeout: { ...caller(408), retry: true },
  conflict: caller(409, { gemini: 'ABORTED' }),
  request_too_large: caller(413, { messages: 'request_too_large' }),
  unsupported_media_type: caller(415),
  misdirected_request: caller(421),
  upgrade_required: caller(426),
  rate_limit_exceeded: {
    ...target(429, true, { openai: 'rate_limit_error', messages: 'rate_limit_error', gemini: 'RESOURCE_EXHAUSTED' }),
    blame: 'credential',
    health: { at: 'quota', does: 'eject', ms: 1000 },
  },
  key_queue_full: { ...tooMany, retry: true },
  // A limit of our own: no provider's health says anything of it.
  limit_reached: {
    ...tooMany,
    code: 'rate_limit_exceeded',
    retry: true,
  },
  // Zero is a limit too: coming back does not help until somebody raises it.
  suspended: { ...tooMany, code: 'rate_limit_exceeded' },
  // A wrong key does not become a right one by waiting.
  too_many_wrong_keys: {
    ...tooMany,
    code: 'rate_limit_exceeded',
  },
  headers_too_large: caller(431),
  client_closed: caller(499),
  internal_error: gateway(500, { gemini: 'INTERNAL' }),
  upstream_error: target(502, true),
  upstream_unreachable: { ...target(502, true), health: { at: 'provider', does: 'count' } },
  upstream_invalid_response: target(502, false),
  upstream_truncated: target(502, true),
  // The model's slip, and not its host's.
  upstream_malformed_tool_call: { ...target(502, true), health: undefined },
  upstream_auth_error: credential(502, 60_000),
  upstream_quota_exceeded: credential(502, 600_000),
  no_healthy_upstream: gateway(503),
  // Where it is an attempt that found no connection: a moment later there may be one, and nobody's health says anything of it.
  queue_full: { ...gateway(503), next: true, again: true },
  overloaded: { ...target(503, true, { messages: 'overloaded_error' }), messagesStatus: 529 },
  auth_unavailable: gateway(503),
  budget_unavailable: gateway(503),
  limit_unavailable: gateway(503),
  policy_unavailable: gateway(503),
  review_unavailable: gateway(503),
  receipts_unavailable: gateway(503),
  answers_unavailable: gateway(503),
  shutting_down: gateway(503),
  upstream_timeout: target(504, false, { messages: 'timeout_error', gemini: 'DEADLINE_EXCEEDED' }),
  loop_detected: caller(508),
} as const satisfies { readonly [reason: string]: ReasonRow }

export interface ReasonRow extends Names {
  readonly status: number
  /** The `code` on OpenAI surfaces, where it is not the reason's own name. */
  readonly code?: string
  /** The status on the Messages surface, where that API has one of its own. */
  readonly messagesStatus?: number
  readonly next: boolean
  readonly again: boolean
  readonly blame: 'caller' | 'target' | 'credential' | 'gateway'
  readonly retry: boolean
  readonly health?: Harm | undefined
}

/**
 * What a failure does to the health of a place. Where the provider told when to come back, the place is out for exactly that long,
 * whatever else would be done.
 */
export interface Harm {
  /** The target (a model at an account), the account, the provider, or the quota that the target shares with others of its account. */
  readonly at: 'target' | 'account' | 'provider' | 'quota'
  /** It is one failure among those that the breaker counts, or it puts the place out at once. */
  readonly does: 'count' | 'eject'
  /** Milliseconds out at first, where the provider does not say; it grows each time. */
  readonly ms?: number
}

export type Reason = keyof typeof reasons

export interface FailureDetails {
  /** The path of the request field it is about, as `messages[2].content`. */
  readonly param?: string
  /** When to come back, in milliseconds from now. */
  readonly retryAfterMs?: number
  readonly upstream?: Told
  readonly cause?: unknown
}

/** What the provider said itself. */
export interface Told {
  readonly status?: number
  /** Its own words, for the operator who turned them on; never logged, stored or sent otherwise. */
  readonly message?: string
  /** Its own code, of which its data may say what it means. */
  readonly code?: string
  /** When to come back, as its body tells it; who has a clock and the headers makes `retryAfterMs` of it. */
  readonly resets?: readonly Reset[]
}

export class Failure extends Error {
  readonly reason: Reason
  readonly param: string | undefined
  readonly retryAfterMs: number | undefined
  readonly upstream: FailureDetails['upstream']

  /** `message` is a sentence of ours: no text of a client, a provider or a secret belongs in it. */
  constructor(reason: Reason, message: string, details: FailureDetails = {}) {
    super(message, { cause: details.cause })
    this.reason = reason
    this.param = details.param
    this.retryAfterMs = details.retryAfterMs
    this.upstream = details.upstream
  }

  get row(): ReasonRow {
    return reasons[this.reason]
  }
}

/** Anything thrown, as a failure. What is not one already is a fault of ours. */
export function toFailure(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure('internal_error', 'The gateway failed on this call.', { cause: error })
}

/** Words that providers use for nearly everything: a status says more. */
const vague: ReadonlySet<Reason> = new Set<Reason>(['upstream_refused_request', 'upstream_error'])

/** What a provider's refusal means: what its body tells, unless that is one of the words for everything. Who must be paid first says so in many words. */
export function reasonOfRefusal(status: number, told?: Reason): Reason {
  return told === undefined || vague.has(told) || status === 402 ? reasonOfStatus(status) : told
}

function reasonOfStatus(status: number): Reason {
  const known = byStatus[status]
  if (known !== undefined) return known
  if (status >= 500) return 'upstream_error'
  return status >= 400 ? 'upstream_refused_request' : 'upstream_invalid_response'
}

const byStatus: Readonly<Record<number, Reason>> = {
  401: 'upstream_auth_error',
  402: 'upstream_quota_exceeded',
  403: 'upstream_auth_error',
  404: 'model_not_found',
  408: 'upstream_timeout',
  // Two calls met in the provider: https://platform.openai.com/docs/guides/error-codes says to ask again.
  409: 'upstream_error',
  413: 'request_too_large',
  429: 'rate_limit_exceeded',
  503: 'overloaded',
  504: 'upstream_timeout',
  529: 'overloaded',
}

/** Our sentence for a failure that a provider told us: its own words stay with us. */
export function upstreamSentence(reason: Reason): string {
  return sentences[reason] ?? 'The provider failed on this request.'
}

const sentences: { readonly [reason in Reason]?: string } = {
  upstream_refused_request: 'The provider refused this request as invalid. Its own words are shown where `providerMessages` is on.',
  invalid_value: 'The request names something that the provider does not have, or keeps for somebody else.',
  context_length_exceeded: 'The request is longer than the model’s context.',
  content_filter: 'The provider’s content filter refused this request.',
  model_not_found: 'The provider does not have this model, or our account may not use it.',
  request_too_large: 'The provider refused this request as too large.',
  rate_limit_exceeded: 'The provider’s rate limit is reached.',
  overloaded: 'The provider is overloaded.',
  upstream_auth_error: 'The provider refused the gateway’s own credential. Your key is fine; the operator must look at the provider’s.',
  upstream_quota_exceeded: 'The gateway’s account at the provider is out of quota. Your key is fine; the operator must look at the account.',
  upstream_timeout: 'The provider did not answer in time.',
  upstream_error: 'The provider failed with an error of its own.',
  upstream_invalid_response: 'The provider’s answer is not what its API promises.',
}
