/**
 * Cohere's chat, version 2. https://docs.cohere.com/reference/chat
 * A `tool_plan` is reasoning: it says what the model thinks of its tools before it calls them, and is no part of the answer.
 * It comes back as a plan, from clients of other wires too, whose thoughts before a call were one.
 */

import type { CannotSay } from '../losses.ts'
import type { Wire } from '../wire.ts'
import { checkRequest } from './check.ts'
import { readError, writeError, writeErrorFrame } from './error.ts'
import { glance } from './glance.ts'
import { outline, fieldOf, promptFields } from './outline.ts'
import { wire } from './own.ts'
import { eventReader } from './reader.ts'
import { readRequest, writeRequest } from './request.ts'
import { readResponse, writeResponse } from './response.ts'
import { holdsForeignProof } from './signature.ts'
import { eventWriter, terminator } from './writer.ts'

/** Documents are plain text here; others are refused when a request is written. */
const cannotSay: CannotSay = {
  parallel_tools: 'drop',
  hosted_tool: 'drop',
  signature: 'drop',
  redacted_reasoning: 'drop',
  cache_mark: 'drop',
  cache_ttl: 'drop',
  tool_error: 'drop',
  user: 'drop',
  turn_name: 'drop',
  native_block: 'drop',
  stop_sequence: 'drop',
  system_position: 'drop',
  unknown_field: 'drop',
  logprobs: 'refuse',
  choices: 'refuse',
  stored_state: 'refuse',
  modalities: 'refuse',
  audio: 'refuse',
  video: 'refuse',
  document_url: 'refuse',
  file_id: 'refuse',
}

export const cohereChat: Wire = {
  name: wire,
  cannotSay,
  passedHeaders: ['x-client-name'],
  // "tool names can only contain certain characters (A-Za-z0-9_) and can't begin with a digit"
  toolNamePattern: /^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/,
  hasNoTextTools: true,
  hasNoFormatBesideTools: true,
  mustRewrite: holdsForeignProof,
  checkRequest,
  readRequest,
  writeRequest,
  readResponse,
  glance,
  writeResponse,
  eventReader,
  eventWriter,
  readError,
  writeError,
  writeErrorFrame,
  promptFields,
  fieldOf,
  outline,
  askForUsage: () => undefined,
  terminator,
}
