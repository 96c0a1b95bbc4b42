/** Errors, read and written: a sentence, and of late an id. https://docs.cohere.com/reference/errors */

import { isObject, type JsonObject } from '../../base/json.ts'
import type { Failure, Reason } from '../../canonical/failure.ts'
import { toldFailure } from '../told.ts'
import type { ProviderError } from '../wire.ts'

/** The vendor tells errors apart by their status and by their words alone. */
const byWords: readonly (readonly [RegExp, Reason])[] = [
  [/too many tokens: (?!max tokens)|context (length|window)/i, 'context_length_exceeded'],
  [/(invalid|no|missing|incorrect) api (token|key)|unauthorized/i, 'upstream_auth_error'],
  [/calls \/ month|payment method|billing|insufficient (funds|credit)/i, 'upstream_quota_exceeded'],
  [/rate limit|per minute|too many requests/i, 'rate_limit_exceeded'],
  [/model .{0,120}(not found|was removed|does not exist)/i, 'model_not_found'],
  [/blocked (output|input)|toxic|content (filter|moderation)/i, 'content_filter'],
  [/overloaded|service unavailable/i, 'overloaded'],
]

/** Messages may be as long as a prompt: what an error is about stands at its beginning. */
const mostLooked = 2000

export function readError(body: JsonObject): ProviderError {
  const error = isObject(body.error) ? body.error : body
  const message = [error.message, body.error, body.detail].find((words) => typeof words === 'string') ?? ''
  const reason = byWords.find(([words]) => words.test(message.slice(0, mostLooked)))?.[1]
  return { ...(reason && { reason }), message }
}

/** What a provider answers instead of an answer, as a failure in a sentence of ours. */
export function failureOf(body: JsonObject): Failure {
  return toldFailure(readError(body))
}

export function writeError(failure: Failure, requestId: string): JsonObject {
  return { id: requestId, message: failure.message }
}

/** A stream that fails ends as the vendor ends one: with a reason that is an error, and no `[DONE]`. */
export function writeErrorFrame(failure: Failure, requestId: string): string {
  const said = { type: 'message-end', id: requestId, delta: { error: failure.message, finish_reason: 'ERROR' } }
  return `event: message-end\ndata: ${JSON.stringify(said)}\n\n`
}
