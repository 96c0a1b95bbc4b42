/** Requests, read and written. https://docs.cohere.com/reference/chat */

import { isObject, present, type Json, type JsonObject } from '../../base/json.ts'
import type { ChatRequest, OutputFormat } from '../../canonical/chat.ts'
import { loseRest, type Loss, type Word } from '../losses.ts'
import { kept, own } from '../rest.ts'
import type { ModelTraits } from '../traits.ts'
import { isRequestDocument, placeDocuments, writeDocument } from './documents.ts'
import { readMessage, writeMessages } from './messages.ts'
import { take, wire } from './own.ts'
import { takeThinking, writeThinking } from './thinking.ts'
import { takeTools, writeTools } from './tools.ts'

/** Numbers that mean the same on the wire and in the form: their field, the word they are lost by, and the least and most that the vendor takes. */
const numbers = {
  maxTokens: ['max_tokens', 'max_tokens', 1, Infinity],
  temperature: ['temperature', 'temperature', 0, 1],
  topP: ['p', 'top_p', 0.01, 0.99],
  topK: ['k', 'top_k', 0, 500],
  seed: ['seed', 'seed', 0, Infinity],
  frequencyPenalty: ['frequency_penalty', 'frequency_penalty', 0, 1],
  presencePenalty: ['presence_penalty', 'presence_penalty', 0, 1],
} as const satisfies { readonly [word in keyof ChatRequest]?: readonly [field: string, word: Word, least: number, most: number] }

type Numbered = keyof typeof numbers
const numbered = Object.keys(numbers) as Numbered[]

/** What the vendor leaves to those who know the model. */
const sampling: ReadonlySet<Numbered> = new Set<Numbered>(['temperature', 'topP', 'topK', 'frequencyPenalty', 'presencePenalty'])

/** The vendor takes five at most. */
const mostStops = 5

/** Reads a body that `checkRequest` let pass. */
export function readRequest(body: JsonObject): ChatRequest {
  const { model, messages, ...fields } = body
  if (fields.stream === true) take(fields, 'stream')
  const said = (messages as JsonObject[]).map(readMessage)
  const turns = placeDocuments(said, fields.documents)
  if (turns) take(fields, 'documents')
  const format = takeFormat(fields)
  return {
    model: model as string,
    turns: turns ?? said,
    ...takeTools(fields),
    ...takeNumbers(fields),
    ...(Array.isArray(fields.stop_sequences) && fields.stop_sequences.length > 0 && { stop: take(fields, 'stop_sequences') as string[] }),
    ...(fields.logprobs === true && take(fields, 'logprobs') && { logprobs: 0 }),
    ...takeThinking(fields),
    ...(format && { format }),
    stream: body.stream === true,
    rest: { wire, fields },
  }
}

/** Numbers that JavaScript cannot hold exactly are no numbers here, and stay as they were spelled. */
function takeNumbers(fields: JsonObject): { readonly [word in Numbered]?: number } {
  const taken: { [word in Numbered]?: number } = {}
  for (const word of numbered) if (typeof fields[numbers[word][0]] === 'number') taken[word] = take(fields, numbers[word][0]) as number
  return taken
}

/** A schema is a part of the one kind of JSON. `null` is how some clients leave it out. */
function takeFormat(fields: JsonObject): OutputFormat | undefined {
  const said = fields.response_format
  if (!isObject(said)) return undefined
  const { type, json_schema: schema, ...others } = said
  if (isObject(schema) && type === 'json_object') {
    take(fields, 'response_format')
    return { type: 'schema', schema, isHeld: true, ...kept(wire, others) }
  }
  if ((type !== 'text' && type !== 'json_object') || Object.keys(said).length > 1) return undefined
  take(fields, 'response_format')
  return { type: type === 'text' ? 'text' : 'json' }
}

export function writeRequest(request: ChatRequest, target: ModelTraits, lose: Loss): JsonObject {
  const isOwn = request.rest.wire === wire
  loseRest(request, wire, lose)
  const documents = request.turns.flatMap(({ blocks }) => blocks.filter(isRequestDocument).map(writeDocument))
  return {
    ...own(wire, request.rest),
    model: request.model,
    messages: writeMessages(request, lose),
    ...(documents.length > 0 && { documents }),
    ...writeTools(request, lose),
    ...(isOwn ? sayNumbers(request) : bendNumbers(request, target, lose)),
    ...present({ stop_sequences: writeStops(request, lose), response_format: writeFormat(request.format) }),
    ...(request.logprobs !== undefined && { logprobs: true }),
    ...writeThinking(request, target, lose),
    ...(request.stream && { stream: true }),
  }
}

/** A client of this wire knows what the vendor takes. */
function sayNumbers(request: ChatRequest): JsonObject {
  return present(Object.fromEntries(numbered.map((word) => [numbers[word][0], request[word]])))
}

/** Numbers of other wires may lie outside of what this vendor takes; of the two penalties it takes one. https://docs.cohere.com/reference/errors */
function bendNumbers(request: ChatRequest, { sampling: mayBeSet }: ModelTraits, lose: Loss): JsonObject {
  const bent: JsonObject = {}
  for (const word of numbered) {
    const [field, lost, least, most] = numbers[word]
    const value = request[word]
    if (value === undefined) continue
    const isSecond = word === 'presencePenalty' && (request.frequencyPenalty ?? 0) > 0
    const isRefused = (mayBeSet === false && sampling.has(word)) || (isSecond && value > 0)
    const told = Math.min(Math.max(value, least), most)
    if (isRefused || told !== value) lose(lost)
    if (!isRefused && !isSecond) bent[field] = told
  }
  return bent
}

function writeStops({ stop, rest }: ChatRequest, lose: Loss): string[] | undefined {
  if (stop === undefined || stop.length === 0) return undefined
  if (stop.length <= mostStops || rest.wire === wire) return [...stop]
  lose('stop')
  return stop.slice(0, mostStops)
}

function writeFormat(format: OutputFormat | undefined): Json | undefined {
  if (format === undefined) return undefined
  if (format.type !== 'schema') return { type: format.type === 'json' ? 'json_object' : 'text' }
  return { ...own(wire, format.rest), type: 'json_object', json_schema: format.schema }
}
