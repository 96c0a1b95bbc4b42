/** https://platform.claude.com/docs/en/api/messages */

import type { Wire } from '../wire.ts'
import { checkRequest } from './check.ts'
import { counting, outline, fieldOf, promptFields, writeCount } from './outline.ts'
import { readError, writeError, writeErrorFrame } from './error.ts'
import { glance } from './glance.ts'
import { eventReader } from './reader.ts'
import { readRequest, writeRequest } from './request.ts'
import { readResponse, writeResponse } from './response.ts'
import { readServed } from './served.ts'
import { holdsForeignThought } from './signature.ts'
import { eventWriter, messageStop } from './writer.ts'
import { wire } from './writing.ts'

export const anthropicMessages: Wire = {
  name: wire,
  cannotSay: {
    seed: 'drop',
    frequency_penalty: 'drop',
    presence_penalty: 'drop',
    image_detail: 'drop',
    turn_name: 'drop',
    system_position: 'drop',
    unknown_field: 'drop',
    logprobs: 'refuse',
    choices: 'refuse',
    stored_state: 'refuse',
    modalities: 'refuse',
    audio: 'refuse',
    video: 'refuse',
  },
  passedHeaders: ['anthropic-version', 'anthropic-beta'],
  toolNamePattern: /^[a-zA-Z0-9_-]{1,64}$/,
  callIdPattern: /^[a-zA-Z0-9_-]+$/,
  hasNoTextTools: true,
  hasNoJsonMode: true,
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
  terminator: messageStop,
}
