/** Amazon's Converse, one grammar for the models of many makers. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */

import { eventStream } from '../../base/eventstream.ts'
import { isObject, type JsonObject } from '../../base/json.ts'
import { isOwnSignature, readSignature } from '../signed-thinking.ts'
import type { Wire } from '../wire.ts'
import { checkRequest } from './check.ts'
import { readError, writeError, writeErrorFrame } from './error.ts'
import { counting, outline, fieldOf, promptFields, writeCount } from './outline.ts'
import { asList, asObject, wire } from './own.ts'
import { eventReader } from './reader.ts'
import { readRequest, writeRequest } from './request.ts'
import { readResponse, writeResponse } from './response.ts'
import { readServed } from './served.ts'
import { eventWriter } from './writer.ts'

export const bedrockConverse: Wire = {
  name: wire,
  cannotSay: {
    seed: 'drop',
    frequency_penalty: 'drop',
    presence_penalty: 'drop',
    user: 'drop',
    image_detail: 'drop',
    turn_name: 'drop',
    unknown_field: 'drop',
    stop_sequence: 'drop',
    image_url: 'refuse',
    document_url: 'refuse',
    file_id: 'refuse',
    logprobs: 'refuse',
    choices: 'refuse',
    stored_state: 'refuse',
    modalities: 'refuse',
  },
  passedHeaders: [],
  framing: eventStream,
  encoding: 'latin1',
  namesModelInPath: true,
  toolNamePattern: /^[a-zA-Z0-9_-]{1,64}$/,
  callIdPattern: /^[a-zA-Z0-9_.:-]{1,64}$/,
  hasNoTextTools: true,
  hasNoJsonMode: true,
  mustRewrite: holdsForeignThought,
  checkRequest,
  readRequest,
  writeRequest,
  readResponse,
  // Nobody speaks this wire to the gateway, so no answer of it is passed on.
  glance: () => undefined,
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

/** Whether a client's body holds a thought that the gateway made from another wire's answer, which no provider of this one takes. */
function holdsForeignThought({ messages }: JsonObject): boolean {
  return asList(messages).some(({ content }) =>
    asList(content).some(({ reasoningContent }) => {
      const { signature } = asObject(asObject(reasoningContent).reasoningText)
      return isObject(reasoningContent) && signature !== undefined && !isOwnSignature(readSignature(signature))
    }),
  )
}
