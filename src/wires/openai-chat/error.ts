/** Errors, read and written. https://platform.openai.com/docs/guides/error-codes */

import { isObject, present, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { Failure, Reason } from '../../canonical/failure.ts'
import { resetsAt, resetsIn, type Reset } from '../../canonical/resets.ts'
import { resetsInDetails, toldFailure } from '../told.ts'
import type { ProviderError } from '../wire.ts'

/** Codes and types that say why, whatever the status; in lower case, since servers differ. */
const byCode: { readonly [code: string]: Reason } = {
  context_length_exceeded: 'context_length_exceeded',
  content_filter: 'content_filter',
  content_policy_violation: 'content_filter',
  moderation_blocked: 'content_filter',
  responsibleaipolicyviolation: 'content_filter',
  insufficient_quota: 'upstream_quota_exceeded',
  insufficient_balance: 'upstream_quota_exceeded',
  exceeded_current_quota_error: 'upstream_quota_exceeded',
  usage_not_included: 'upstream_quota_exceeded',
  billing_hard_limit_reached: 'upstream_quota_exceeded',
  billing_not_active: 'upstream_quota_exceeded',
  credits_exhausted: 'upstream_quota_exceeded',
  payment_required: 'upstream_quota_exceeded',
  invalid_api_key: 'upstream_auth_error',
  account_deactivated: 'upstream_auth_error',
  model_not_found: 'model_not_found',
  model_not_available: 'model_not_found',
  model_decommissioned: 'model_not_found',
  model_permission_blocked_org: 'model_not_found',
  model_permission_blocked_project: 'model_not_found',
  model_terms_required: 'model_not_found',
  deploymentnotfound: 'model_not_found',
  rate_limit_exceeded: 'rate_limit_exceeded',
  rate_limit_reached: 'rate_limit_exceeded',
  rate_limit_reached_error: 'rate_limit_exceeded',
  usage_limit_reached: 'rate_limit_exceeded',
  engine_overloaded: 'overloaded',
  engine_overloaded_error: 'overloaded',
  server_is_overloaded: 'overloaded',
  slow_down: 'overloaded',
  request_too_large: 'request_too_large',
}

/** Words of a message that say more than the code beside it. */
const byPhrase: readonly (readonly [phrase: RegExp, reason: Reason])[] = [
  [
    /context (length|window)|maximum context|prompt is too long|too many (input )?tokens|reduce the length|more than max tokens|max_(new_)?tokens.{0,60}must be/i,
    'context_length_exceeded',
  ],
  [/insufficient (balance|quota|credit)|out of credits|usage limit for this (billing cycle|period)/i, 'upstream_quota_exceeded'],
  [/model .{0,80}(does not exist|not found)|(not have|no) access to (the |this )?model/i, 'model_not_found'],
  // 403, as of a credential: https://docs.x.ai/docs/key-information/debugging, https://openrouter.ai/docs/api/reference/errors-and-debugging
  [/violates usage guidelines|requires moderation|unsafe or sensitive content/i, 'content_filter'],
]

/** Types, status words and statuses, which say less. */
const byType: { readonly [type: string]: Reason } = {
  tokens: 'rate_limit_exceeded',
  requests: 'rate_limit_exceeded',
  rate_limit_error: 'rate_limit_exceeded',
  too_many_requests: 'rate_limit_exceeded',
  resource_exhausted: 'rate_limit_exceeded',
  '429': 'rate_limit_exceeded',
  authentication_error: 'upstream_auth_error',
  invalid_authentication_error: 'upstream_auth_error',
  permission_error: 'upstream_auth_error',
  permission_denied: 'upstream_auth_error',
  unauthenticated: 'upstream_auth_error',
  '401': 'upstream_auth_error',
  '403': 'upstream_auth_error',
  '402': 'upstream_quota_exceeded',
  not_found_error: 'model_not_found',
  '404': 'model_not_found',
  overloaded: 'overloaded',
  overloaded_error: 'overloaded',
  service_unavailable: 'overloaded',
  unavailable: 'overloaded',
  '503': 'overloaded',
  '529': 'overloaded',
  timeout: 'upstream_timeout',
  deadline_exceeded: 'upstream_timeout',
  '408': 'upstream_timeout',
  '504': 'upstream_timeout',
  server_error: 'upstream_error',
  internal_server_error: 'upstream_error',
  internal: 'upstream_error',
  api_error: 'upstream_error',
  '500': 'upstream_error',
  '502': 'upstream_error',
  invalid_request_error: 'upstream_refused_request',
  badrequesterror: 'upstream_refused_request',
  invalid_argument: 'upstream_refused_request',
  '400': 'upstream_refused_request',
  '422': 'upstream_refused_request',
}

/**
 * Reads `{error: {message, type, code, param}}` and what stands in its place elsewhere: `{error: 'text'}`, the same without `error`,
 * `{detail: 'text'}` and `{detail: [{msg, loc}]}`, `[{error}]`, `{base_resp: {status_code, status_msg}}`.
 */
export function readError(body: JsonObject): ProviderError {
  const error = errorOf(Array.isArray(body) ? (body[0] as Json) : body)
  const message = messageOf(error)
  const metadata = isObject(error.metadata) ? error.metadata : {}
  const words = [error.code, error.type, error.status, metadata.error_type].map((word) => asText(word).toLowerCase())
  const code = words[0]!
  const reason = firstOf(byCode, words) ?? byPhrase.find(([phrase]) => phrase.test(message.slice(0, 2000)))?.[1] ?? firstOf(byType, words)
  const param = typeof error.param === 'string' && /^[\w.[\]]{1,100}$/.test(error.param) ? { param: error.param } : {}
  const resets = resetsOf(error, metadata)
  return { ...(reason && { reason }), message, ...param, ...(code && { code }), ...(resets.length > 0 && { resets }) }
}

/** Of a plan's windows, as Codex is told them; in Google's details; and in `metadata` the headers of whoever stands behind a reseller. */
function resetsOf({ resets_in_seconds: seconds, resets_at: at, details }: JsonObject, { headers }: JsonObject): readonly Reset[] {
  const behind = isObject(headers) ? Object.fromEntries(Object.entries(headers).map(([name, told]) => [name.toLowerCase(), asText(told)])) : {}
  return [...resetsAt(seconds, true), ...resetsAt(at, true), ...resetsInDetails(details), ...resetsIn(behind)]
}

function errorOf(body: Json): JsonObject {
  if (!isObject(body)) return { message: typeof body === 'string' ? body : '' }
  const { error, base_resp: told } = body
  if (isObject(told) && !isObject(error)) return present({ code: told.status_code, message: told.status_msg })
  return isObject(error) ? error : typeof error === 'string' ? { ...body, message: error } : body
}

function messageOf({ message, detail }: JsonObject): string {
  if (typeof message === 'string') return message
  const [first] = Array.isArray(detail) ? detail : [detail]
  if (typeof first === 'string') return first
  return isObject(first) && typeof first.msg === 'string' ? first.msg : ''
}

function firstOf(table: { readonly [word: string]: Reason }, words: readonly string[]): Reason | undefined {
  const known = words.find((word) => Object.hasOwn(table, word))
  return known === undefined ? undefined : table[known]
}

/** The failure that a server told where an answer, a choice or a chunk should be. */
export function failureIn(body: JsonObject): Failure | undefined {
  const { error, detail, choices, base_resp: told } = body
  const isError =
    (error !== undefined && error !== null) ||
    body.object === 'error' ||
    (detail !== undefined && choices === undefined) ||
    // https://platform.minimax.io/docs/api-reference/errorcode: beside no choices, and with status 200.
    (isObject(told) && told.status_code !== 0 && !Array.isArray(choices))
  return isError ? toldFailure(readError(body)) : undefined
}

export function writeError(failure: Failure): JsonObject {
  return { error: { message: failure.message, type: failure.row.openai, param: failure.param ?? null, code: failure.row.code ?? failure.reason } }
}

/** A stream that failed ends with its error: no finish and no `[DONE]`, which would make it look whole. */
export function writeErrorFrame(failure: Failure): string {
  return `data: ${JSON.stringify(writeError(failure))}\n\n`
}
