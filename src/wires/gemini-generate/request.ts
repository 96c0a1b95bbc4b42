/** Requests, read and written. The model, and whether a stream is wanted, stand in the path. https://ai.google.dev/api/generate-content */

import { isObject, type JsonObject } from '../../base/json.ts'
import type { ChatRequest } from '../../canonical/chat.ts'
import { loseRest, type Loss } from '../losses.ts'
import type { ModelTraits } from '../traits.ts'
import { takeConfig, writeConfig } from './config.ts'
import { readTurns, writeTurns } from './contents.ts'
import { readNames, writeNames } from './names.ts'
import { leftOf, own, requestIn, type Spelled, spelling, wire } from './own.ts'
import { readTools, takeChoice, writeChoice, writeTools } from './tools.ts'

/** Reads a body that `checkRequest` let pass. The caller says which model, and whether it streams. */
export function readRequest(said: JsonObject): ChatRequest {
  const { body, names } = readNames(requestIn(said))
  const { model: _, systemInstruction, contents, tools, generationConfig, ...fields } = body
  const config = isObject(generationConfig) ? { ...generationConfig } : {}
  const spelled: Spelled = { ...(names !== undefined && { names }), ...(isObject(contents) && { contents: 'one' }) }
  const read = readTools(tools)
  if (read.length === 0 && tools !== undefined) fields.tools = tools
  const configured = takeConfig(config)
  // An empty one that the client sent is kept, one that was emptied by reading it is made again.
  if (isObject(generationConfig) && Object.keys(generationConfig).length === 0) fields.generationConfig = {}
  else Object.assign(fields, leftOf('generationConfig', config))
  return {
    model: '',
    turns: readTurns(systemInstruction, contents),
    tools: read,
    ...takeChoice(fields),
    ...configured,
    stream: false,
    rest: { wire, fields, ...(Object.keys(spelled).length > 0 && { spelled }) },
  }
}

/** Throws `Failure` where a call has no result, and for media that the vendor takes in no way. */
export function writeRequest(request: ChatRequest, target: ModelTraits, lose: Loss): JsonObject {
  loseRest(request, wire, lose)
  const tools = writeTools(request, target.model, lose)
  const toolConfig = writeChoice(request)
  const generationConfig = writeConfig(request, target, lose)
  const body = {
    ...own(request.rest),
    ...writeTurns(request, target, lose),
    ...(tools && { tools }),
    ...(toolConfig && { toolConfig }),
    ...(generationConfig && { generationConfig }),
  }
  return writeNames(body, spelling(request.rest, 'names'))
}
