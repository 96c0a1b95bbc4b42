/** Google's generateContent, of the Gemini API and of Vertex AI. https://ai.google.dev/api/generate-content */

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
import { holdsForeignProof } from './signature.ts'
import { eventWriter } from './writer.ts'

/** The vendor caches by itself, and sees images as closely as it is told for all of them. */
const cannotSay: CannotSay = {
  parallel_tools: 'drop',
  strict_tool: 'drop',
  hosted_tool: 'drop',
  native_block: 'drop',
  cache_mark: 'drop',
  cache_ttl: 'drop',
  image_detail: 'drop',
  stored_state: 'refuse',
  stop_sequence: 'drop',
  system_position: 'drop',
  turn_name: 'drop',
  user: 'drop',
  unknown_field: 'drop',
}

export const geminiGenerate: Wire = {
  name: wire,
  cannotSay,
  passedHeaders: ['x-goog-api-client'],
  namesModelInPath: true,
  // "Must start with a letter or an underscore"; the shortest limit that was ever documented.
  toolNamePattern: /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,62}$/,
  hasNoTextTools: true,
  mustRewrite: holdsForeignProof,
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
  terminator: '',
}
