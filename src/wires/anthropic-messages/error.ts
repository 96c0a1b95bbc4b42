/** Errors, read and written. https://platform.claude.com/docs/en/api/errors */

import { isObject, type JsonObject } from '../../base/json.ts'
import { Failure, type Reason } from '../../canonical/failure.ts'
import type { ProviderError } from '../wire.ts'

const byType: ReadonlyMap<unknown, Reason> = new Map<unknown, Reason>([
  ['authentication_error', 'upstream_auth_error'],
  ['permission_error', 'upstream_auth_error'],
  ['billing_error', 'upstream_quota_exceeded'],
  ['not_found_error', 'model_not_found'],
  ['request_too_large', 'request_too_large'],
  ['rate_limit_error', 'rate_limit_exceeded'],
  ['api_error', 'upstream_error'],
  ['timeout_error', 'upstream_timeout'],
  ['overloaded_error', 'overloaded'],
])

/** The vendor has one type for all that is wrong with a request: only its words tell these apart. */
const byWords: readonly (readonly [RegExp, Reason])[] = [
  [/prompt is too long|context (window|limit)|exceed[a-z]* (the )?context/i, 'context_length_exceeded'],
  [/credit balance/i, 'upstream_quota_exceeded'],
  [/content filter/i, 'content_filter'],
]

export function readError(body: JsonObject): ProviderError {
  const error = isObject(body.error) ? body.error : body
  const message = [error.message, body.error, body.detail].find((words) => typeof words === 'string') ?? ''
  const param = paramIn(message)
  const reason = byType.get(error.type) ?? (error.type === 'invalid_request_error' ? refusalOf(message) : undefined)
  return { ...(reason && { reason }), message: message, ...(param && { param }) }
}

function refusalOf(message: string): Reason {
  return byWords.find(([words]) => words.test(message))?.[1] ?? 'upstream_refused_request'
}

/** The fields that a path in the vendor's words may begin with: `messages.2.content.0: …` */
const path =
  /^((?:messages|system|tools|tool_choice|thinking|max_tokens|temperature|top_p|top_k|stop_sequences|metadata|model|output_config|output_format|stream)(?:\.(?:\d+|[a-z_]{1,40})){0,8}): /

function paramIn(message: string): string | undefined {
  return path.exec(message)?.[1]!.replace(/\.(\d+)/g, '[$1]')
}

/** What a provider answers instead of an answer, as a failure in a sentence of ours. */
export function failureOf(body: JsonObject): Failure {
  const { reason = 'upstream_error', message, param } = readError(body)
  return new Failure(reason, 'The provider answered with an error.', { upstream: { message }, ...(param && { param }) })
}

export function writeError(failure: Failure, requestId: string): JsonObject {
  return { type: 'error', error: { type: failure.row.messages, message: failure.message }, request_id: requestId }
}

export function writeErrorFrame(failure: Failure, requestId: string): string {
  return `event: error\ndata: ${JSON.stringify(writeError(failure, requestId))}\n\n`
}
