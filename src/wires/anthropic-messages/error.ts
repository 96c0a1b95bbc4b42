/** Errors, read and written. https://platform.claude.com/docs/en/api/errors */

import { asText, isObject, type JsonObject } from '../../base/json.ts'
import type { Failure, Reason } from '../../canonical/failure.ts'
import { readError as readElsewhere } from '../openai-chat/error.ts'
import { toldFailure } from '../told.ts'
import type { ProviderError } from '../wire.ts'

const byType: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ['invalid_request_error', 'upstream_refused_request'],
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

/** The vendor has one type for much that is wrong: only its words tell these apart. */
const byWords: { readonly [type: string]: readonly (readonly [RegExp, Reason])[] } = {
  invalid_request_error: [
    [/prompt is too long|context (window|limit)|exceed[a-z]* (the )?context/i, 'context_length_exceeded'],
    [/credit balance|api usage limits|spend limit/i, 'upstream_quota_exceeded'],
    [/content filter/i, 'content_filter'],
  ],
  permission_error: [[/\bmodel\b.{0,80}access|access to (the |this )?model/i, 'model_not_found']],
  rate_limit_error: [[/spend limit|insufficient balance|credit balance/i, 'upstream_quota_exceeded']],
}

/** Who serves this wire and did not invent it often says errors as Chat Completions does. */
export function readError(body: JsonObject): ProviderError {
  const error = isObject(body.error) ? body.error : body
  const message = [error.message, body.error, body.detail].find((words) => typeof words === 'string') ?? ''
  const param = paramIn(message)
  const type = asText(error.type)
  if (!byType.has(type)) return readElsewhere(body)
  const words = Object.hasOwn(byWords, type) ? byWords[type]! : []
  const reason = words.find(([phrase]) => phrase.test(message.slice(0, mostLooked)))?.[1] ?? byType.get(type)!
  const code = asText(error.code)
  return { reason, message, ...(param && { param }), ...(code && { code }) }
}

/** Messages may be as long as a prompt: what an error is about stands at its beginning. */
const mostLooked = 2000

/** The fields that a path in the vendor's words may begin with: `messages.2.content.0: …` */
const path =
  /^((?:messages|system|tools|tool_choice|thinking|max_tokens|temperature|top_p|top_k|stop_sequences|metadata|model|output_config|output_format|stream)(?:\.(?:\d+|[a-z_]{1,40})){0,8}): /

function paramIn(message: string): string | undefined {
  return path.exec(message)?.[1]!.replace(/\.(\d+)/g, '[$1]')
}

/** What a provider answers instead of an answer, as a failure in a sentence of ours. */
export function failureOf(body: JsonObject): Failure {
  return toldFailure(readError(body))
}

export function writeError(failure: Failure, requestId: string): JsonObject {
  return { type: 'error', error: { type: failure.row.messages, message: failure.message }, request_id: requestId }
}

export function writeErrorFrame(failure: Failure, requestId: string): string {
  return `event: error\ndata: ${JSON.stringify(writeError(failure, requestId))}\n\n`
}
