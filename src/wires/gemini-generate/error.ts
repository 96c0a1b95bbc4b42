/** Errors, read and written. https://ai.google.dev/gemini-api/docs/troubleshooting, https://google.aip.dev/193 */

import { isObject, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { Failure, Reason } from '../../canonical/failure.ts'
import { resetsInDetails, toldFailure } from '../told.ts'
import type { ProviderError } from '../wire.ts'
import { listed } from './own.ts'

const byStatus: { readonly [status: string]: Reason } = {
  INVALID_ARGUMENT: 'upstream_refused_request',
  OUT_OF_RANGE: 'upstream_refused_request',
  // A free tier that the country has not, a project without billing.
  FAILED_PRECONDITION: 'upstream_quota_exceeded',
  UNAUTHENTICATED: 'upstream_auth_error',
  PERMISSION_DENIED: 'upstream_auth_error',
  NOT_FOUND: 'model_not_found',
  RESOURCE_EXHAUSTED: 'rate_limit_exceeded',
  INTERNAL: 'upstream_error',
  UNKNOWN: 'upstream_error',
  UNAVAILABLE: 'overloaded',
  DEADLINE_EXCEEDED: 'upstream_timeout',
}

/** Only words tell these apart from other invalid arguments. */
const byWords: readonly (readonly [RegExp, Reason])[] = [
  [/api key (not valid|expired)|API_KEY_(INVALID|SERVICE_BLOCKED)/i, 'upstream_auth_error'],
  [/token count.{0,80}exceeds|exceeds the maximum number of tokens/i, 'context_length_exceeded'],
  // Of one model it is one limit among others, and the rest of the project's models answer: https://ai.google.dev/gemini-api/docs/rate-limits
  [/PerDay(?!.{0,40}PerModel)|BILLING_DISABLED|SPEND/, 'upstream_quota_exceeded'],
  [/request payload size exceeds/i, 'request_too_large'],
  // What a request names is its own slip, and not the credential's: files are gone after two days (https://ai.google.dev/gemini-api/docs/files), and
  // 403 is what is said of those that never were (https://github.com/googleapis/python-genai/issues/1218).
  [/permission to access the file|CachedContent not found/i, 'invalid_value'],
]

/** Reads `{error: {code, message, status, details}}`, also in a list, as it stands in a stream that is one. */
export function readError(body: JsonObject): ProviderError {
  const said: Json = (Array.isArray(body) ? (body[0] as Json | undefined) : body) ?? {}
  const error = isObject(said) && isObject(said.error) ? said.error : isObject(said) ? said : {}
  const message = typeof error.message === 'string' ? error.message : ''
  const details = listed(error.details).filter(isObject)
  const words = `${message.slice(0, 2000)} ${details.map(identity).join(' ')}`
  const status = typeof error.status === 'string' && Object.hasOwn(byStatus, error.status) ? byStatus[error.status] : undefined
  const reason = byWords.find(([phrase]) => phrase.test(words))?.[1] ?? status
  const param = details
    .flatMap(({ fieldViolations }) => listed(fieldViolations))
    .find((violation) => isObject(violation) && typeof violation.field === 'string')
  const field = isObject(param) ? asText(param.field) : ''
  const resets = resetsInDetails(error.details)
  return { ...(reason && { reason }), message, ...(/^[\w.[\]]{1,100}$/.test(field) && { param: field }), ...(resets.length > 0 && { resets }) }
}

/** What a detail is known by: its reason, and the quotas that were met. */
function identity({ reason, violations }: JsonObject): string {
  const quotas = listed(violations).flatMap((violation) => (isObject(violation) && typeof violation.quotaId === 'string' ? [violation.quotaId] : []))
  return [typeof reason === 'string' ? reason : '', ...quotas].join(' ').slice(0, 500)
}

/** What a provider tells in the place of an answer, as a failure in a sentence of ours. */
export function failureOf(body: JsonObject): Failure {
  return toldFailure(readError(body))
}

export function writeError({ row, message }: Failure): JsonObject {
  return { error: { code: row.status, message, status: row.gemini } }
}

export function writeErrorFrame(failure: Failure): string {
  return `data: ${JSON.stringify(writeError(failure))}\r\n\r\n`
}
