/** Requests, read and written. https://platform.openai.com/docs/api-reference/chat/create */

import { isObject, present, type Json, type JsonObject } from '../../base/json.ts'
import type { ChatRequest, OutputFormat } from '../../canonical/chat.ts'
import { joinPieces } from '../conversation.ts'
import { loseRest, type Loss } from '../losses.ts'
import { isLongUser } from '../user.ts'
import { holdTo } from '../strict-format.ts'
import type { ModelTraits } from '../traits.ts'
import { readMessages, writeMessages } from './messages.ts'
import { kept, leftOf, own, ownWithin, type Spelled, spelling, take, wire } from './own.ts'
import { takeThinking, writeThinking } from './thinking.ts'
import { takeTools, writeTools } from './tools.ts'

/** Fields that say the same on the wire and in the form, by the type that their values have. */
const alike = {
  temperature: ['temperature', 'number'],
  topP: ['top_p', 'number'],
  topK: ['top_k', 'number'],
  seed: ['seed', 'number'],
  frequencyPenalty: ['frequency_penalty', 'number'],
  presencePenalty: ['presence_penalty', 'number'],
  choices: ['n', 'number'],
  user: ['user', 'string'],
  modalities: ['modalities', 'object'],
} as const satisfies { readonly [word in keyof ChatRequest]?: readonly [field: string, type: string] }

type Alike = keyof typeof alike
const alikeWords = Object.keys(alike) as Alike[]

/** Reads a body that `checkRequest` let pass. Throws `Failure` where a tool's result does not say whose it is. */
export function readRequest(body: JsonObject): ChatRequest {
  const { model, messages, ...fields } = body
  const spelled: Spelled = {}
  if (fields.stream === true) take(fields, 'stream')
  const stop = takeStop(fields, spelled)
  const format = takeFormat(fields)
  return {
    model: model as string,
    turns: readMessages(messages as JsonObject[]),
    ...takeTools(fields, spelled),
    ...takeAlike(fields),
    ...present({ maxTokens: takeMaxTokens(fields, spelled), logprobs: takeLogprobs(fields, spelled) }),
    ...(stop && { stop }),
    ...takeThinking(fields, spelled),
    ...(format && { format }),
    stream: body.stream === true,
    rest: kept(fields, spelled).rest ?? { wire, fields: {} },
  }
}

/** Numbers that JavaScript cannot hold exactly are no numbers here, and stay as they were spelled. */
function takeAlike(fields: JsonObject): Pick<ChatRequest, Alike> {
  const taken: JsonObject = {}
  for (const word of alikeWords) {
    const [field, type] = alike[word]
    if (typeof fields[field] === type && fields[field] !== null && !isObject(fields[field])) taken[word] = take(fields, field)!
  }
  return taken
}

function takeMaxTokens(fields: JsonObject, spelled: Spelled): number | undefined {
  if (typeof fields.max_completion_tokens === 'number') return take(fields, 'max_completion_tokens') as number
  if (typeof fields.max_tokens !== 'number') return undefined
  spelled.maxTokens = 'max_tokens'
  return take(fields, 'max_tokens') as number
}

function takeLogprobs(fields: JsonObject, spelled: Spelled): number | undefined {
  if (fields.logprobs !== true) return undefined
  take(fields, 'logprobs')
  if (typeof fields.top_logprobs === 'number') return take(fields, 'top_logprobs') as number
  spelled.logprobs = 'chosen'
  return 0
}

function takeStop(fields: JsonObject, spelled: Spelled): string[] | undefined {
  if (fields.stop === undefined || fields.stop === null) return undefined
  const stop = take(fields, 'stop')
  if (Array.isArray(stop)) return stop as string[]
  spelled.stop = 'string'
  return [stop as string]
}

function takeFormat(fields: JsonObject): OutputFormat | undefined {
  const said = fields.response_format
  if (!isObject(said)) return undefined
  const { type, json_schema: described, ...outer } = said
  const simple = type === 'text' ? 'text' : type === 'json_object' ? 'json' : undefined
  if (simple && Object.keys(said).length === 1) {
    take(fields, 'response_format')
    return { type: simple }
  }
  if (type !== 'json_schema' || !isObject(described) || !isObject(described.schema)) return undefined
  take(fields, 'response_format')
  const { schema, name, strict, ...inner } = described
  const known = { ...(typeof name === 'string' && { name }), ...(typeof strict === 'boolean' && { strict }) }
  const left = { ...inner, ...(strict !== undefined && known.strict === undefined && { strict }) }
  return { type: 'schema', schema: schema, ...known, ...kept({ ...outer, ...leftOf('json_schema', left) }) }
}

export function writeRequest(request: ChatRequest, target: ModelTraits, lose: Loss): JsonObject {
  const isOwn = request.rest.wire === wire
  loseRest(request, wire, lose)
  return {
    ...own(request.rest),
    model: request.model,
    messages: writeMessages(joinPieces(request.turns), lose),
    ...writeTools(request, lose),
    ...present({
      ...writeAlike(request, target, lose),
      ...writeLogprobs(request),
      [spelling(request.rest, 'maxTokens') ?? 'max_completion_tokens']: request.maxTokens,
      stop: writeStop(request, lose),
      response_format: writeFormat(request, lose),
    }),
    ...writeThinking(request, target, lose),
    ...(request.stream && { stream: true, ...(!isOwn && { stream_options: { include_usage: true } }) }),
  }
}

const sampling: ReadonlySet<Alike> = new Set<Alike>(['temperature', 'topP', 'frequencyPenalty', 'presencePenalty'])
const lostAs = { temperature: 'temperature', topP: 'top_p', frequencyPenalty: 'frequency_penalty', presencePenalty: 'presence_penalty', topK: 'top_k' } as const

/** `top_k` is no field of the wire's own: it goes on where a client of this wire sent it. */
function writeAlike(request: ChatRequest, { sampling: mayBeSet }: ModelTraits, lose: Loss): { [field: string]: Json | undefined } {
  const written: { [field: string]: Json | undefined } = {}
  for (const word of alikeWords) {
    const value = request[word]
    if (value === undefined) continue
    if ((mayBeSet === false && sampling.has(word)) || (word === 'topK' && request.rest.wire !== wire)) lose(lostAs[word as keyof typeof lostAs])
    else if (word === 'user' && isLongUser(request, wire)) lose('user')
    else written[alike[word][0]] = value as Json
  }
  return written
}

function writeLogprobs({ logprobs, rest }: ChatRequest): { [field: string]: Json | undefined } {
  if (logprobs === undefined) return {}
  return { logprobs: true, top_logprobs: logprobs === 0 && spelling(rest, 'logprobs') === 'chosen' ? undefined : logprobs }
}

/** The wire takes four at most. */
function writeStop({ stop, rest }: ChatRequest, lose: Loss): Json | undefined {
  if (stop === undefined) return undefined
  if (spelling(rest, 'stop') === 'string' && stop.length === 1) return stop[0]
  if (stop.length <= 4 || rest.wire === wire) return [...stop]
  lose('stop')
  return stop.slice(0, 4)
}

/** The wire wants a name for a schema; a client that spoke it and gave none knows why. */
function writeFormat({ format, rest: { wire: origin } }: ChatRequest, lose: Loss): Json | undefined {
  if (format === undefined) return undefined
  if (format.type !== 'schema') return { type: format.type === 'json' ? 'json_object' : 'text' }
  const { name = origin === wire ? undefined : 'answer', schema, rest } = format
  const strict = holdTo(format, lose)
  return { type: 'json_schema', ...own(rest), json_schema: { ...present({ name, schema, strict }), ...ownWithin(rest, 'json_schema') } }
}

/** What a passed-on stream must be asked for, so that its usage is told. */
export function askForUsage(body: JsonObject): JsonObject | undefined {
  const options = isObject(body.stream_options) ? body.stream_options : {}
  if (body.stream !== true || options.include_usage === true) return undefined
  return { stream_options: { ...options, include_usage: true } }
}
