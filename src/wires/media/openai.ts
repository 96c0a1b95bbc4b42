/** What OpenAI's media APIs have in common: errors, usage, and how a stream ends. https://platform.openai.com/docs/api-reference/audio https://platform.openai.com/docs/api-reference/images */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Usage } from '../../canonical/chat.ts'
import { readError, failureIn, writeError, writeErrorFrame } from '../openai-chat/error.ts'
import type { Passed } from './dialect.ts'

export const openaiErrors = { readError, writeError, writeErrorFrame } as const

const lastEvents: ReadonlySet<Json | undefined> = new Set(['transcript.text.done', 'speech.audio.done', 'image_generation.completed', 'image_edit.completed'])

export function readPassed(body: JsonObject): Passed {
  // In a stream an error may stand in an event of its own, as on the vendor's other APIs.
  const failure = failureIn(body.type === 'error' && !isObject(body.error) ? { error: body } : body)
  if (failure !== undefined) throw failure
  const usage = readUsage(body.usage)
  return { isLast: lastEvents.has(body.type), ...(usage && { usage }) }
}

/** Tokens; models that bill by the second or the picture tell none. */
function readUsage(told: Json | undefined): Usage | undefined {
  if (!isObject(told) || typeof told.input_tokens !== 'number' || typeof told.output_tokens !== 'number') return undefined
  // Sound has its details under the one name, pictures under the other.
  const details = told.input_token_details ?? told.input_tokens_details
  const { audio_tokens: audio, image_tokens: image } = isObject(details) ? details : {}
  return {
    input: told.input_tokens,
    output: told.output_tokens,
    ...(typeof audio === 'number' && { audioInput: audio }),
    ...(typeof image === 'number' && { imageInput: image }),
    ...(isObject(told.output_tokens_details) &&
      typeof told.output_tokens_details.image_tokens === 'number' && { imageOutput: told.output_tokens_details.image_tokens }),
  }
}

/** The fields of a body that are not among those that were read. */
export function restOf(body: JsonObject, read: readonly string[]): JsonObject {
  const rest: JsonObject = {}
  for (const field in body) if (!read.includes(field)) rest[field] = body[field]!
  return rest
}
