/** OpenAI's Chat Completions, which most providers speak. https://platform.openai.com/docs/api-reference/chat */

import type { CannotSay } from '../losses.ts'
import type { Wire } from '../wire.ts'
import { checkRequest } from './check.ts'
import { readError, writeError, writeErrorFrame } from './error.ts'
import { isOdd } from './odd.ts'
import { wire } from './own.ts'
import { askForUsage, readRequest, writeRequest } from './request.ts'
import { outline, fieldOf, promptFields } from './outline.ts'
import { glance } from './glance.ts'
import { readResponse, writeResponse } from './response.ts'
import { readServed } from './served.ts'
import { eventReader } from './reader.ts'
import { eventWriter, terminator } from './writer.ts'

/**
 * What a provider of this wire cannot be told. Proofs (`signature`, `redacted_reasoning`) and cache marks go on where a client of this wire
 * sent them; from other wires they would be refused as unknown fields. Answers carry proofs always: clients bring back what they do not know.
 */
const cannotSay: CannotSay = {
  top_k: 'drop',
  signature: 'drop',
  redacted_reasoning: 'drop',
  citation: 'drop',
  cache_mark: 'drop',
  cache_ttl: 'drop',
  hosted_tool: 'drop',
  native_block: 'drop',
  tool_error: 'drop',
  stop_sequence: 'drop',
  unknown_field: 'drop',
  document_url: 'refuse',
  stored_state: 'refuse',
}

export const openaiChat: Wire = {
  name: wire,
  cannotSay,
  passedHeaders: ['openai-beta'],
  toolNamePattern: /^[a-zA-Z0-9_-]{1,64}$/,
  callIdPattern: /^[^]{1,40}$/,
  hasNoTextTools: true,
  mustRewrite: isOdd,
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
  askForUsage,
  terminator,
}
