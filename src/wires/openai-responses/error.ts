/** Errors, read and written: in the envelope of Chat Completions, and in streams as events of this wire's own. */

import { isObject, present, asText, type JsonObject } from '../../base/json.ts'
import type { Failure, Reason } from '../../canonical/failure.ts'
import { readError } from '../openai-chat/error.ts'
import { toldFailure } from '../told.ts'

export { readError, writeError } from '../openai-chat/error.ts'

/** Codes of this wire alone. https://platform.openai.com/docs/api-reference/responses/object#responses/object-error */
const byCode: { readonly [code: string]: Reason } = {
  invalid_prompt: 'upstream_refused_request',
  bio_policy: 'content_filter',
  misalignment_policy_violation: 'content_filter',
  image_content_policy_violation: 'content_filter',
  vector_store_timeout: 'upstream_timeout',
}

/** What a provider answers instead of an answer, as a failure in a sentence of ours: `{ error }`, or an event that is one. */
export function failureOf(body: JsonObject): Failure {
  const { error } = body
  const code = asText((isObject(error) ? error : body).code ?? '')
  const told = readError(isObject(error) ? { error } : present({ ...body, type: undefined }))
  const reason =
    (Object.hasOwn(byCode, code) ? byCode[code] : told.reason) ??
    (/^(invalid|unsupported|empty)_|image/.test(code) ? 'upstream_refused_request' : 'upstream_error')
  return toldFailure({ ...told, reason })
}

/** What an answer that failed says of why. The vendor's list has one word for its own faults and one for the request's; clients know these two beside them. */
export function writeFailed(failure: Failure): JsonObject {
  const { reason, row, message } = failure
  const isKnown = reason === 'rate_limit_exceeded' || reason === 'context_length_exceeded'
  return { code: isKnown ? reason : reason === 'key_queue_full' ? 'rate_limit_exceeded' : row.blame === 'caller' ? 'invalid_prompt' : 'server_error', message }
}

/** For a stream of which nothing was written. */
export function writeErrorFrame(failure: Failure): string {
  const { message, param = null, reason: code } = failure
  return `event: error\ndata: ${JSON.stringify({ type: 'error', code, message, param, sequence_number: 0 })}\n\n`
}
