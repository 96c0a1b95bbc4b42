/**
 * How much each part of a prompt is, found by a look at its parts: texts are asked for their length, and never read.
 * The names that wires give to their parts and fields are distinct, so that one look does for all of them, as in `needs.ts`.
 */

import { isObject, type Json, type JsonObject } from '../base/json.ts'
import type { Member } from '../base/survey.ts'
import { bitOf, dataShare, namedWeight, pictureWeight, type Weights } from '../canonical/weights.ts'
import { isPlain, needOf, type Needed } from './needs.ts'

type Place = 'system' | 'history' | 'user' | 'toolResults'
export type Weighed = { -readonly [part in keyof Weights]: number }

const textBit = bitOf('text')
const mediumBits: { readonly [need in Needed]?: number } = { images: bitOf('image'), audio: bitOf('audio'), video: bitOf('video'), documents: bitOf('file') }

/** What is said in `turns` (or in one, or in one text), and in the instructions before them; tools are not looked at. Bodies are not deep. */
export function weigh(turns: Json | undefined, instructions?: Json): Weighed {
  const weights = empty()
  if (instructions !== undefined) add(instructions, 'system', weights)
  if (Array.isArray(turns)) addTurns(turns, weights)
  else if (turns !== undefined) add(turns, 'user', weights)
  if (weights.system + weights.history + weights.user + weights.toolResults > 0) weights.kinds |= textBit
  return weights
}

/** The same of what is no conversation: all of it is what the user says. */
export function weighAll(...said: readonly (Json | undefined)[]): Weighed {
  return weigh({ content: said.filter((one) => one !== undefined) })
}

/** Characters of what an answer says, thinks and calls, in a message or in a list of blocks or items. */
export function weighAnswer(said: Json): number {
  const weights = empty()
  add(said, 'history', weights)
  return weights.history
}

/** Characters of a field that holds tools: as it stands in the body where its place there is known, else as it would be written. */
export function weighField(body: JsonObject, field: string, members: readonly Member[]): number {
  const value = body[field]
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return 0
  for (const member of members) if (member.key === field) return member.end - member.value
  return lengthAsJson(value)
}

/** Characters that a value takes as JSON, but for escapes. */
export function lengthAsJson(value: Json): number {
  if (typeof value === 'string') return value.length + 2
  if (typeof value !== 'object' || value === null) return numberWeight
  let length = 1
  if (Array.isArray(value)) for (const item of value) length += lengthAsJson(item) + 1
  else for (const key in value) length += key.length + lengthAsJson(value[key]!) + 4
  return Math.max(2, length)
}

const empty = (): Weighed => ({ system: 0, history: 0, user: 0, tools: 0, toolResults: 0, media: 0, kinds: 0 })

/** Of a number, where a prompt is one of tokens too, and of the three words of JSON. */
const numberWeight = 4

function addTurns(turns: readonly Json[], weights: Weighed): void {
  let last = turns.length - 1
  while (last >= 0 && !isOfUser(turns[last]!)) last -= 1
  let first = last
  while (first > 0 && isOfUser(turns[first - 1]!)) first -= 1
  for (let at = 0; at < turns.length; at += 1) {
    const turn = turns[at]!
    const place = at >= first && at <= last ? 'user' : 'history'
    if (isObject(turn)) addFields(turn, placeOfRole.get(turn.role) ?? place, weights)
    else add(turn, place, weights)
  }
}

const placeOfRole: ReadonlyMap<Json | undefined, Place> = new Map([
  ['system', 'system'],
  ['developer', 'system'],
  ['tool', 'toolResults'],
  ['function', 'toolResults'],
])

/** A turn in which tools answer and the user says nothing is none of the user's. */
function isOfUser(turn: Json): boolean {
  if (!isObject(turn) || (turn.role !== 'user' && (turn.role !== undefined || turn.parts === undefined))) return false
  const said = turn.content ?? turn.parts
  return !Array.isArray(said) || said.length === 0 || !said.every(isAnswer)
}

const isAnswer = (part: Json): boolean => isObject(part) && (isResult(part) || answerFields.some((field) => part[field] !== undefined))
const answerFields = ['toolResult', 'functionResponse', 'function_response', 'cachePoint'] as const
const isResult = ({ type }: JsonObject): boolean => typeof type === 'string' && type.endsWith('tool_result')

function add(value: Json, place: Place, weights: Weighed): void {
  if (typeof value === 'string') weights[place] += value.length
  else if (typeof value === 'number') weights[place] += numberWeight
  else if (Array.isArray(value)) for (const item of value) add(item, place, weights)
  else if (isObject(value)) addPart(value, place, weights)
}

function addPart(part: JsonObject, place: Place, weights: Weighed): void {
  const { text } = part
  if (typeof text === 'string') {
    weights[place] += text.length
    return
  }
  const need = needOf(part)
  const bit = need === undefined ? undefined : mediumBits[need]
  if (bit === undefined) {
    if (part.type !== 'redacted_thinking') addFields(part, isResult(part) ? 'toolResults' : place, weights)
    return
  }
  weights.kinds |= bit
  if (need === 'documents' && isPlain(part)) addFields(part, place, weights)
  else weights.media += mediumWeight(part, need === 'images')
}

function addFields(said: JsonObject, place: Place, weights: Weighed): void {
  for (const field in said) {
    const value = said[field]!
    const rule = rules.get(field)
    if (rule === undefined) add(value, place, weights)
    else if (rule === 'result') add(value, 'toolResults', weights)
    else if (rule === 'data' && value !== null) weights[place] += lengthAsJson(value)
  }
}

/**
 * Fields that are not said to the model as they stand: `aside` is for servers, or sealed, or said elsewhere; `data` is the client's own JSON,
 * in which nothing is a part; `result` is what a tool answered, whoever's turn it stands in. All others are what is said.
 */
const rules: ReadonlyMap<string, 'aside' | 'data' | 'result'> = new Map([
  ...listed('data', ['input', 'args', 'arguments', 'response', 'json', 'data', 'action']),
  ...listed('result', ['output', 'toolResult', 'functionResponse', 'function_response', 'codeExecutionResult', 'code_execution_result']),
  ...listed('aside', ['role', 'type', 'id', 'call_id', 'tool_call_id', 'tool_use_id', 'toolUseId', 'status', 'index', 'phase', 'caller', 'model']),
  ...listed('aside', ['cache_control', 'cachePoint', 'prompt_cache_breakpoint', 'annotations', 'citations', 'logprobs', 'format', 'detail']),
  ...listed('aside', ['mimeType', 'mime_type', 'media_type', 'videoMetadata', 'video_metadata', 'taskType', 'task_type', 'output_dimensionality']),
  ...listed('aside', ['signature', 'thoughtSignature', 'thought_signature', 'encrypted_content', 'redactedContent', 'reasoning_details', 'result']),
])

function listed<R extends string>(rule: R, fields: readonly string[]): readonly (readonly [string, R])[] {
  return fields.map((field) => [field, rule])
}

function mediumWeight(part: JsonObject, isPicture: boolean): number {
  const length = dataLength(part)
  if (isPicture) return length === 0 ? pictureWeight : Math.min(length, pictureWeight)
  return length === 0 ? namedWeight : Math.ceil(length * dataShare)
}

/** Of the base64 in it; 0 where the medium is only named. */
function dataLength(part: JsonObject): number {
  for (const field in part) {
    const value = part[field]!
    if (typeof value === 'string') {
      if (field === 'data' || field === 'bytes' || field === 'file_data' || value.startsWith('data:')) return value.length
    } else if (isObject(value)) {
      const length = dataLength(value)
      if (length > 0) return length
    }
  }
  return 0
}
