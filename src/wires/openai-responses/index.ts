/** OpenAI's Responses, which agents of its own speak. https://platform.openai.com/docs/api-reference/responses */

import type { CannotSay } from '../losses.ts'
import type { Wire } from '../wire.ts'
import { checkRequest } from './check.ts'
import { readError, writeError, writeErrorFrame } from './error.ts'
import { glance } from './glance.ts'
import { counting, outline, fieldOf, promptFields, writeCount } from './outline.ts'
import { wire } from './own.ts'
import { eventReader } from './reader.ts'
import { readRequest, writeRequest } from './request.ts'
import { readResponse, writeResponse } from './response.ts'
import { readServed } from './served.ts'
import { holdsForeignThought } from './signature.ts'
import { eventWriter, terminator } from './writer.ts'

/**
 * What a provider of this wire cannot be told. Proofs of other vendors and cache marks that a model does not take are told as lost where they are.
 * An answer's probabilities cannot cross wires, so a client of another one is not left without them in silence.
 */
const cannotSay: CannotSay = {
  seed: 'drop',
  frequency_penalty: 'drop',
  presence_penalty: 'drop',
  top_k: 'drop',
  stop: 'drop',
  stop_sequence: 'drop',
  tool_error: 'drop',
  turn_name: 'drop',
  unknown_field: 'drop',
  cache_ttl: 'drop',
  native_block: 'drop',
  logprobs: 'refuse',
  choices: 'refuse',
  modalities: 'refuse',
  audio: 'refuse',
  video: 'refuse',
}

export const openaiResponses: Wire = {
  name: wire,
  cannotSay,
  passedHeaders: ['openai-beta'],
  toolNamePattern: /^[a-zA-Z0-9_-]{1,64}$/,
  callIdPattern: /^[^]{1,64}$/,
  mustRewrite: holdsForeignThought,
  checkRequest,
  readRequest,
  writeRequest,
  readResponse,
  glance,
  readServed,
  writeResponse,
  eventReader,
  eventWriter,
  readError,
  writeError,
  writeErrorFrame,
  promptFields,
  fieldOf,
  outline,
  counting,
  writeCount,
  askForUsage: () => undefined,
  terminator,
}
