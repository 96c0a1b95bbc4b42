/** Requests, read and written. https://platform.openai.com/docs/api-reference/responses/create */

import { isObject, present, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { ChatRequest, Effort, OutputFormat, Thinking } from '../../canonical/chat.ts'
import { joinPieces } from '../conversation.ts'
import { loseRest, type Loss } from '../losses.ts'
import { isLongUser } from '../user.ts'
import { holdTo } from '../strict-format.ts'
import { effortOf } from '../efforts.ts'
import type { ModelTraits } from '../traits.ts'
import { readInput, readInstructions, refersToStored, splitInstructions, textCallsIn, writeInput } from './input.ts'
import { kept, leftOf, own, ownWithin, type Spelled, take, wire, type Writing } from './own.ts'
import { joinName, namespacesOf, takeTools, writeTools } from './tools.ts'

/** Fields that say the same on the wire and in the form, by the type that their values have. */
const alike = {
  temperature: ['temperature', 'number'],
  topP: ['top_p', 'number'],
  maxTokens: ['max_output_tokens', 'number'],
  user: ['user', 'string'],
} as const satisfies { readonly [word in keyof ChatRequest]?: readonly [field: string, type: string] }

type Alike = keyof typeof alike
const alikeWords = Object.keys(alike) as Alike[]

const thoughts = 'reasoning.encrypted_content'
const probabilities = 'message.output_text.logprobs'

/** What a provider must have kept for these to mean anything. */
const stored = ['previous_response_id', 'conversation', 'prompt', 'background'] as const

/** Reads a body that `checkRequest` let pass. */
export function readRequest(body: JsonObject): ChatRequest {
  const { model, input, instructions, ...fields } = body
  const spelled: Spelled = Array.isArray(input) ? {} : { input: input === undefined ? 'absent' : 'text' }
  if (fields.stream === true) take(fields, 'stream')
  const choosing = takeTools(fields)
  const items = Array.isArray(input) ? (input as JsonObject[]) : typeof input === 'string' ? [{ role: 'user', content: input }] : []
  const hasInstructions = typeof instructions === 'string' && instructions !== ''
  if (!hasInstructions && instructions !== undefined) fields.instructions = instructions
  const turns = [...(hasInstructions ? [readInstructions(instructions)] : []), ...readInput(items, namesOf(choosing))]
  const isContinued = turns.some(refersToStored) || stored.some((field) => Boolean(fields[field]))
  return {
    model: asText(model),
    turns,
    ...choosing,
    ...takeAlike(fields),
    ...takeLogprobs(fields),
    ...takeThinking(fields),
    ...takeFormat(fields),
    ...(isContinued && { isContinued }),
    stream: body.stream === true,
    rest: kept(fields, spelled).rest ?? { wire, fields },
  }
}

/** What the tools of the request's namespaces are called in the form. */
function namesOf(choosing: Pick<ChatRequest, 'tools'>): (name: string, namespace: string) => string {
  const flattened = new Map([...namespacesOf(choosing)].map(([flat, { namespace, name }]) => [JSON.stringify([namespace, name]), flat]))
  return (name, namespace) => flattened.get(JSON.stringify([namespace, name])) ?? joinName(namespace, name)
}

function takeAlike(fields: JsonObject): Pick<ChatRequest, Alike> {
  const taken: JsonObject = {}
  for (const word of alikeWords) {
    const [field, type] = alike[word]
    if (typeof fields[field] === type) taken[word] = take(fields, field)!
  }
  return taken
}

/** Without its word in `include`, the number asks for nothing. */
function takeLogprobs(fields: JsonObject): { readonly logprobs?: number } {
  const isAsked = Array.isArray(fields.include) && fields.include.includes(probabilities)
  return isAsked && typeof fields.top_logprobs === 'number' ? { logprobs: take(fields, 'top_logprobs') as number } : {}
}

const efforts: ReadonlySet<Json> = new Set<Effort>(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])

function takeThinking(fields: JsonObject): { readonly thinking?: Thinking } {
  const said = fields.reasoning
  if (!isObject(said) || Object.keys(said).length === 0) return {}
  const { effort, ...inner } = said
  if (effort !== undefined && !efforts.has(effort)) return {}
  take(fields, 'reasoning')
  if (effort === undefined) return { thinking: { mode: 'adaptive', ...kept(inner) } }
  return { thinking: { mode: effort === 'none' ? 'off' : 'effort', effort: effort as Effort, ...kept(inner) } }
}

/** What stands beside the format in `text` stays there. */
function takeFormat(fields: JsonObject): { readonly format?: OutputFormat } {
  if (!isObject(fields.text)) return {}
  const { format: said, ...text } = fields.text
  const format = isObject(said) ? readFormat(said) : undefined
  if (format === undefined) return {}
  if (Object.keys(text).length > 0) fields.text = text
  else take(fields, 'text')
  return { format }
}

function readFormat({ type, ...said }: JsonObject): OutputFormat | undefined {
  const simple = type === 'text' ? 'text' : type === 'json_object' ? 'json' : undefined
  if (simple && Object.keys(said).length === 0) return { type: simple }
  if (type !== 'json_schema' || !isObject(said.schema)) return undefined
  const { schema, name, strict, ...fields } = said
  const known = { ...(typeof name === 'string' && { name }), ...(typeof strict === 'boolean' && { strict }) }
  return { type: 'schema', schema, ...known, ...kept(strict !== undefined && known.strict === undefined ? { ...fields, strict } : fields) }
}

export function writeRequest(request: ChatRequest, target: ModelTraits, lose: Loss): JsonObject {
  loseRest(request, wire, lose)
  const { instructions, said } = splitInstructions(joinPieces(request.turns))
  const writing: Writing = {
    to: 'provider',
    lose,
    marks: target.cacheBreakpoints === true,
    textCalls: textCallsIn(said),
    namespaces: namespacesOf(request),
    itemId: () => '',
  }
  return {
    model: request.model,
    ...present({ instructions }),
    ...writeInput(said, request, writing),
    ...writeOptions(request, target, lose),
    ...(request.stream && { stream: true }),
  }
}

/** All of a request but what is said to the model. */
export function writeOptions(request: ChatRequest, target: ModelTraits, lose: Loss): JsonObject {
  const { rest, logprobs } = request
  const isOwn = rest.wire === wire
  const tools = writeTools(request, lose)
  return {
    ...(!isOwn && { store: false }),
    ...tools,
    ...writeAlike(request, target, lose),
    ...present({ top_logprobs: logprobs }),
    ...writeThinking(request, target, lose),
    ...(!isOwn && writeInclude(request, target)),
    ...own(rest),
    ...writeText(request, lose),
  }
}

const sampling = { temperature: 'temperature', topP: 'top_p' } as const

/** The vendor refuses a smaller limit. */
const leastMaxTokens = 16

function writeAlike(request: ChatRequest, { sampling: mayBeSet }: ModelTraits, lose: Loss): JsonObject {
  const written: JsonObject = {}
  for (const word of alikeWords) {
    const value = request[word]
    if (value === undefined) continue
    if (mayBeSet === false && (word === 'temperature' || word === 'topP')) lose(sampling[word])
    else if (word === 'user' && isLongUser(request, wire)) lose('user')
    else written[alike[word][0]] = value
  }
  if (request.rest.wire === wire || (request.maxTokens ?? leastMaxTokens) >= leastMaxTokens) return written
  lose('max_tokens')
  return { ...written, max_output_tokens: leastMaxTokens }
}

/** A model that does not think is not told to. Those who ask for thinking in their own measure ask to see it, too; an effort alone does not. */
function writeThinking({ thinking, rest }: ChatRequest, target: ModelTraits, lose: Loss): JsonObject {
  if (thinking === undefined) return {}
  const isOwn = rest.wire === wire
  if (target.thinking === 'none' && thinking.mode !== 'off') {
    lose('thinking')
    return {}
  }
  if (thinking.mode === 'off' && !isOwn) return {}
  const { mode, effort, budget } = thinking
  const told = effort ?? (budget === undefined ? undefined : effortOf(budget))
  const isShown = !isOwn && (mode === 'budget' || mode === 'adaptive')
  return leftOf('reasoning', { ...present({ effort: told, summary: isShown ? 'auto' : undefined }), ...own(thinking.rest) })
}

/** Thoughts come back sealed, since nothing is stored; models that are not known to think refuse the word for it. */
function writeInclude({ thinking, logprobs }: ChatRequest, target: ModelTraits): JsonObject {
  const wants = thinking !== undefined && thinking.mode !== 'off' && thinking.effort !== 'none'
  const mayThink = target.thinking !== 'none' && (wants || target.thinking === 'effort')
  const include = [...(mayThink ? [thoughts] : []), ...(logprobs === undefined ? [] : [probabilities])]
  return include.length > 0 ? { include } : {}
}

/** The wire wants a name for a schema; a client that spoke it and gave none knows why. */
function writeText({ format, rest }: ChatRequest, lose: Loss): JsonObject {
  if (format === undefined) return {}
  return { text: { ...ownWithin(rest, 'text'), format: writeFormat(format, rest.wire === wire, lose) } }
}

function writeFormat(format: OutputFormat, isOwn: boolean, lose: Loss): JsonObject {
  if (format.type !== 'schema') return { type: format.type === 'json' ? 'json_object' : 'text' }
  const { name = isOwn ? undefined : 'answer', schema, rest } = format
  const strict = holdTo(format, lose)
  return { type: 'json_schema', ...present({ name, schema, strict }), ...own(rest) }
}
