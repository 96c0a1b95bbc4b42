/**
 * What a request needs of a model beyond that it reads and writes text: found by a look at its parts, without reading what it means.
 * The names that wires give to their parts and fields are distinct, so that one look does for all of them.
 */

import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { lengthOf } from './check.ts'

export type Needed = 'images' | 'documents' | 'audio' | 'video' | 'files' | 'tools' | 'schema' | 'json' | 'speech' | 'drawing' | 'choices' | 'logprobs'

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
  const { type, role } = part
  if (typeof part.file_id === 'string' || (isObject(part.file) && typeof part.file.file_id === 'string')) tell('files')
  if (typeof type === 'string') {
    const need = byType.get(type)
    if (need !== undefined && !(need === 'documents' && isPlain(part))) tell(need)
    return
  }
  if (typeof role === 'string') {
    if (role === 'tool' || lengthOf(part.tool_calls) > 0 || isObject(part.function_call)) tell('tools')
    return
  }
  for (const [field, need] of byField) if (isObject(part[field]) && !(need === 'documents' && isPlain(part[field]))) tell(need)
  tellMedium(part.inlineData ?? part.inline_data ?? part.fileData ?? part.file_data, tell)
}

const plainFormats: ReadonlySet<Json | undefined> = new Set(['txt', 'md', 'csv', 'html'])

/** A document of text, which every model can be given as text. A part of one wire holds what was found as `document`, and never a file. */
function isPlain({ type, source, file, document, format, file_data }: JsonObject): boolean {
  if (isObject(source) && (source.type === 'text' || source.type === 'content' || typeof source.text === 'string')) return true
  const data = isObject(file) ? file.file_data : file_data
  if (typeof data === 'string' && data.startsWith('data:text/')) return true
  return (type === 'document' && document !== undefined) || plainFormats.has(format)
}

/** What lies in the store of one vendor alone. */
const stored = /^(gs:|files\/|https:\/\/generativelanguage\.googleapis\.com\/)/

function tellMedium(medium: Json | undefined, tell: Tell): void {
  if (!isObject(medium)) return
  const mime = medium.mimeType ?? medium.mime_type
  const uri = medium.fileUri ?? medium.file_uri
  const kind = typeof mime === 'string' ? mime.slice(0, mime.indexOf('/')) : ''
  if (typeof uri === 'string' && stored.test(uri)) tell('files')
  if (kind === 'image') tell('images')
  else if (kind === 'audio' || kind === 'video') tell(kind)
  else if (kind === 'application') tell('documents')
}

function tellAnswer(body: JsonObject, tell: Tell): void {
  const config = objectIn(body.generationConfig ?? body.generation_config)
  const format = body.response_format ?? objectIn(body.text).format ?? body.output_format ?? objectIn(body.output_config).format
  if (isObject(format)) {
    if (format.type === 'json_schema' || isObject(format.json_schema) || isObject(format.schema)) tell('schema')
    else if (format.type === 'json_object') tell('json')
  }
  if (schemaFields.some((field) => isObject(config[field]))) tell('schema')
  else if ((config.responseMimeType ?? config.response_mime_type) === 'application/json') tell('json')
  for (const kind of listIn(body.modalities ?? config.responseModalities ?? config.response_modalities)) {
    if (kind === 'audio' || kind === 'AUDIO') tell('speech')
    if (kind === 'image' || kind === 'IMAGE') tell('drawing')
  }
  if (isAsked(body.logprobs) || isAsked(config.responseLogprobs ?? config.response_logprobs) || isAsked(body.top_logprobs)) tell('logprobs')
  if (isSeveral(body.n) || isSeveral(config.candidateCount ?? config.candidate_count)) tell('choices')
  if (lengthOf(body.tools) > 0 || lengthOf(body.functions) > 0 || isObject(body.tools) || lengthOf(objectIn(body.toolConfig).tools) > 0) tell('tools')
}

const schemaFields = ['responseSchema', 'response_schema', 'responseJsonSchema', 'response_json_schema']

const objectIn = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})
const listIn = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])
const isSeveral = (count: Json | undefined): boolean => typeof count === 'number' && count > 1
const isAsked = (value: Json | undefined): boolean => value === true || (typeof value === 'number' && value > 0)
