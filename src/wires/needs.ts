/**
 * What a request needs of a model beyond that it reads and writes text: found by a look at its parts, without reading what it means.
 * The names that wires give to their parts and fields are distinct, so that one look does for all of them.
 */

import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { lengthOf } from './check.ts'

export type Needed = 'images' | 'documents' | 'audio' | 'video' | 'tools' | 'schema' | 'json' | 'speech' | 'drawing' | 'choices' | 'logprobs'

/** May be told of one need many times. */
export type Tell = (need: Needed) => void

/** Tells what the prompt in these fields of the body shows, and what shape its answer is asked to have. Throws nothing; bounded by the body. */
export function tellNeeds(body: JsonObject, promptFields: readonly string[], tell: Tell): void {
  const asked = isObject(body.generateContentRequest) ? body.generateContentRequest : body
  tellAnswer(asked, tell)
  const waiting: Json[] = []
  for (const field of promptFields) follow(asked[field], waiting)
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (Array.isArray(one)) for (const item of one) follow(item, waiting)
    else if (isObject(one)) {
      tellPart(one, tell)
      for (const field of within) follow(one[field], waiting)
    }
  }
}

/** Where parts stand in messages, in items, and in other parts. What tools are called with and answer in JSON is the client's own, and not looked at. */
const within = ['content', 'parts', 'output', 'source', 'toolResult', 'functionResponse', 'function_response'] as const

/** Most of what is said is text, in which nothing else can stand. */
function follow(value: Json | undefined, waiting: Json[]): void {
  if (typeof value === 'object' && value !== null) waiting.push(value)
}

/** Parts and items that say what they are. */
const byType: ReadonlyMap<string, Needed> = new Map([
  ['image', 'images'],
  ['image_url', 'images'],
  ['input_image', 'images'],
  ['computer_screenshot', 'images'],
  ['input_audio', 'audio'],
  ['video_url', 'video'],
  ['file', 'documents'],
  ['input_file', 'documents'],
  ['document', 'documents'],
  ['tool_use', 'tools'],
  ['tool_result', 'tools'],
  ['function_call', 'tools'],
  ['function_call_output', 'tools'],
  ['custom_tool_call', 'tools'],
  ['custom_tool_call_output', 'tools'],
])

/** Parts that are known by their one field. */
const byField = [
  ['image', 'images'],
  ['audio', 'audio'],
  ['video', 'video'],
  ['document', 'documents'],
  ['functionCall', 'tools'],
  ['function_call', 'tools'],
  ['functionResponse', 'tools'],
  ['function_response', 'tools'],
  ['toolUse', 'tools'],
  ['toolResult', 'tools'],
] as const satisfies readonly (readonly [field: string, need: Needed])[]

function tellPart(part: JsonObject, tell: Tell): void {
  const need = needOf(part)
  if (need !== undefined && !(need === 'documents' && isPlain(part))) tell(need)
}

/** What a part, a message or an item shows or tells of, by its type or its one field; undefined where it says words alone. */
export function needOf(part: JsonObject): Needed | undefined {
  const { type, role } = part
  if (typeof type === 'string') return byType.get(type)
  if (typeof role === 'string') return role === 'tool' || lengthOf(part.tool_calls) > 0 || isObject(part.function_call) ? 'tools' : undefined
  for (const [field, need] of byField) {
    const said = part[field]
    // Tools with a type are the vendor's own, and what they did is not for others.
    if (isObject(said) && said.type === undefined) return need
  }
  return mediumIn(part.inlineData ?? part.inline_data ?? part.fileData ?? part.file_data)
}

const plainFormats: ReadonlySet<Json | undefined> = new Set(['txt', 'md', 'csv', 'html'])

/** A document of text, which every model can be given as text. A part of one wire holds what was found as `document`, and never a file. */
export function isPlain(part: JsonObject): boolean {
  const { type, source, file, document, format, file_data } = part.type === undefined && isObject(part.document) ? part.document : part
  if (isObject(source) && (source.type === 'text' || source.type === 'content' || typeof source.text === 'string')) return true
  const data = isObject(file) ? file.file_data : file_data
  if (typeof data === 'string' && data.startsWith('data:text/')) return true
  return (type === 'document' && document !== undefined) || plainFormats.has(format)
}

const byMime: ReadonlyMap<string, Needed> = new Map([
  ['image', 'images'],
  ['audio', 'audio'],
  ['video', 'video'],
  ['application', 'documents'],
])

function mediumIn(medium: Json | undefined): Needed | undefined {
  if (!isObject(medium)) return undefined
  const mime = medium.mimeType ?? medium.mime_type
  return typeof mime === 'string' ? byMime.get(mime.slice(0, Math.max(0, mime.indexOf('/')))) : undefined
}

function tellAnswer(body: JsonObject, tell: Tell): void {
  const config = objectIn(body.generationConfig ?? body.generation_config)
  tellFormat(body, config, tell)
  const modalities = body.modalities ?? config.responseModalities ?? config.response_modalities
  if (Array.isArray(modalities)) for (const kind of modalities) tellModality(kind, tell)
  if ([body.logprobs, body.top_logprobs, config.responseLogprobs, config.response_logprobs].some(isAsked)) tell('logprobs')
  if ([body.n, config.candidateCount, config.candidate_count].some(isSeveral)) tell('choices')
  if ([body.tools, body.functions, objectIn(body.toolConfig).tools].some(isOffered)) tell('tools')
}

function tellFormat(body: JsonObject, config: JsonObject, tell: Tell): void {
  const format = objectIn(
    body.response_format ?? objectIn(body.text).format ?? body.output_format ?? objectIn(body.output_config).format ?? objectIn(body.outputConfig).textFormat,
  )
  const hasSchema = format.type === 'json_schema' || isObject(format.json_schema) || isObject(format.schema)
  if (hasSchema || schemaFields.some((field) => isObject(config[field]))) tell('schema')
  else if (format.type === 'json_object' || (config.responseMimeType ?? config.response_mime_type) === 'application/json') tell('json')
}

function tellModality(kind: Json, tell: Tell): void {
  if (kind === 'audio' || kind === 'AUDIO') tell('speech')
  if (kind === 'image' || kind === 'IMAGE') tell('drawing')
}

const schemaFields = ['responseSchema', 'response_schema', 'responseJsonSchema', 'response_json_schema']

const objectIn = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})
/** Google takes one bag of tools where it wants a list of them. */
const isOffered = (tools: Json | undefined): boolean => isObject(tools) || lengthOf(tools) > 0
const isSeveral = (count: Json | undefined): boolean => typeof count === 'number' && count > 1
const isAsked = (value: Json | undefined): boolean => value === true || (typeof value === 'number' && value > 0)
