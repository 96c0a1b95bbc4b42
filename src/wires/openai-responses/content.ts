/** The parts of a message's content, and of a tool's result: text, refusals, images, files. */

import { isObject, present, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, CacheMark, Citation, DocumentBlock, MediaBlock, Source, TextBlock } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { kept, own, ownWithin, spelling, wire, type Writing } from './own.ts'

/** What a text is called: said to the model, or by it. */
export type TextType = 'input_text' | 'output_text'

/** A part as a block. One that the form has no word for stays as it is, for this wire alone. Throws `Failure` for what is no part at all. */
export function readPart(part: Json, usual: TextType): Block {
  if (!isObject(part)) throw new Failure('upstream_invalid_response', 'The provider’s answer holds a part that is none.')
  const { type, ...said } = part
  return readKnown(asText(type), said, usual) ?? { type: 'native', name: asText(type), rest: { wire, fields: { part } } }
}

function readKnown(type: string, said: JsonObject, usual: TextType): Block | undefined {
  switch (type) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return typeof said.text === 'string' ? readText(type, said, usual) : undefined
    case 'refusal': {
      const { refusal, ...fields } = said
      return typeof refusal === 'string' ? { type: 'refusal', text: refusal, ...kept(fields) } : undefined
    }
    case 'input_image':
      return readImage(said)
    case 'input_file':
      return readFile(said)
    default:
      return undefined
  }
}

function readText(type: string, { text, annotations, ...fields }: JsonObject, usual: TextType): TextBlock {
  const cited = Array.isArray(annotations) && annotations.every(isObject) ? annotations.map(readCitation) : undefined
  const left = annotations !== undefined && cited === undefined ? { ...fields, annotations } : fields
  const spelled = {
    ...(type !== usual && { part: type }),
    ...(type === 'output_text' && annotations === undefined && { annotations: 'absent' }),
    ...(type === 'output_text' && fields.logprobs === undefined && { logprobs: 'absent' }),
  }
  return { type: 'text', text: asText(text), ...marks(fields), ...(cited && cited.length > 0 && { citations: cited }), ...kept(left, spelled) }
}

/** The form has the words that other wires know; the annotation itself is kept beside them. */
export function readCitation(annotation: JsonObject): Citation {
  const { url, title, filename, start_index: start, end_index: end } = annotation
  const name = title ?? filename
  return {
    ...(typeof url === 'string' && { url }),
    ...(typeof name === 'string' && { title: name }),
    ...(typeof start === 'number' && { start }),
    ...(typeof end === 'number' && { end }),
    rest: { wire, fields: annotation },
  }
}

/** Undefined for what has no address: of other wires' citations this one has a word for no others. */
export function writeCitation({ url, title, start, end, rest }: Citation): JsonObject | undefined {
  if (rest?.wire === wire) return rest.fields
  if (url === undefined) return undefined
  return { type: 'url_citation', url, title: title ?? url, start_index: start ?? 0, end_index: end ?? 0 }
}

function readImage({ image_url: url, file_id: id, detail, ...fields }: JsonObject): MediaBlock | undefined {
  const source: Source | undefined = typeof url === 'string' ? readUrl(url) : typeof id === 'string' ? { type: 'file', id } : undefined
  if (source === undefined) return undefined
  const left = present({ ...fields, ...(source.type === 'file' ? { image_url: url } : { file_id: id }), ...(typeof detail !== 'string' && { detail }) })
  const looks = typeof detail === 'string' ? { detail } : {}
  return { type: 'media', kind: 'image', source, ...looks, ...marks(fields), ...kept(left, detail === undefined ? { detail: 'absent' } : {}) }
}

/** The fields that say where a file is, in the order in which they are believed. */
const fileFields = ['file_data', 'file_url', 'file_id'] as const

function readFile(said: JsonObject): DocumentBlock | undefined {
  const field = fileFields.find((name) => typeof said[name] === 'string' && said[name] !== '')
  if (field === undefined) return undefined
  const { [field]: where, filename, ...fields } = said
  const source = readFileSource(field, where as string)
  if (source === undefined) return undefined
  const named = typeof filename === 'string' ? { name: filename } : {}
  const left = filename === undefined || named.name !== undefined ? fields : { ...fields, filename }
  return { type: 'document', source, ...named, ...marks(fields), ...kept(left, named.name === undefined ? { name: 'absent' } : {}) }
}

/** Undefined for bytes that do not say of what type they are. */
function readFileSource(field: (typeof fileFields)[number], where: string): Source | undefined {
  if (field === 'file_id') return { type: 'file', id: where }
  if (field === 'file_url') return { type: 'url', url: where }
  const source = readUrl(where)
  return source.type === 'data' ? source : undefined
}

function readUrl(url: string): Source {
  const head = /^data:([^;,]+);base64,/.exec(url)
  return head ? { type: 'data', mime: head[1]!, data: url.slice(head[0].length) } : { type: 'url', url }
}

/** The field itself is kept, too: it may say more than the form. */
function marks({ prompt_cache_breakpoint: mark }: JsonObject): { readonly cache?: CacheMark } {
  return isObject(mark) ? { cache: {} } : {}
}

/** A block as a part. Undefined, and told, where the wire has none for it; throws `Failure` where leaving it out would change the question. */
export function writePart(block: Block, usual: TextType, writing: Writing): JsonObject | undefined {
  switch (block.type) {
    case 'text':
      return { ...writeText(block, usual, writing), ...writeMark(block, writing) }
    case 'refusal':
      return { type: 'refusal', refusal: block.text, ...ownPart(block) }
    case 'media':
      return writeMedia(block, writing)
    case 'document':
      return { ...writeDocument(block), ...writeMark(block, writing) }
    case 'native':
      if (block.rest.wire === wire) return ownWithin(block.rest, 'part')
      writing.lose('native_block')
      return undefined
    case 'reasoning':
    case 'tool-call':
    case 'tool-result':
      return undefined
  }
}

/** What is kept of a part, without what is kept of the message it began. */
function ownPart(block: Exclude<Block, { type: 'native' }>): JsonObject {
  const { item: _, ...fields } = own(block.rest)
  return fields
}

function writeText(block: TextBlock, usual: TextType, { to, lose }: Writing): JsonObject {
  const { text, citations = [], rest } = block
  const type = spelling(rest, 'part') ?? usual
  const isAnswer = type === 'output_text'
  const annotations = isAnswer ? citations.flatMap((citation) => writeCitation(citation) ?? []) : []
  if (to === 'provider' && annotations.length < citations.length) lose('citation')
  return {
    type,
    text,
    ...(isAnswer && spelling(rest, 'annotations') !== 'absent' && { annotations }),
    ...(isAnswer && to === 'client' && spelling(rest, 'logprobs') !== 'absent' && { logprobs: [] }),
    ...ownPart(block),
  }
}

/** A mark that came on another wire; this wire's own stands in what it kept. */
function writeMark(block: TextBlock | MediaBlock | DocumentBlock, { to, marks: areTaken, lose }: Writing): JsonObject {
  if (block.cache === undefined || to === 'client' || 'prompt_cache_breakpoint' in own(block.rest)) return {}
  if (areTaken) return { prompt_cache_breakpoint: { mode: 'explicit' } }
  lose('cache_mark')
  return {}
}

function writeMedia(block: MediaBlock, writing: Writing): JsonObject | undefined {
  const { kind, source, detail, rest } = block
  if (kind !== 'image') {
    if (writing.to === 'provider') throw unsayable(`This model’s provider takes no ${kind}.`)
    return undefined
  }
  const where: JsonObject = source.type === 'file' ? { file_id: fileId(source.id, block) } : { image_url: writeUrl(source) }
  const looks = detail ?? (spelling(rest, 'detail') === 'absent' ? undefined : 'auto')
  return { type: 'input_image', ...present({ detail: looks }), ...where, ...ownPart(block), ...writeMark(block, writing) }
}

/** The wire has no part for documents of plain text, and needs none. It asks for a name with the bytes of others. */
function writeDocument(block: DocumentBlock): JsonObject {
  const { source, name, rest } = block
  if (source.type === 'text') return { type: 'input_text', text: source.text }
  const isUnnamed = name === undefined && source.type === 'data' && spelling(rest, 'name') !== 'absent'
  const filename = isUnnamed ? `document.${source.mime.slice(source.mime.indexOf('/') + 1)}` : name
  const where: JsonObject =
    source.type === 'file' ? { file_id: fileId(source.id, block) } : source.type === 'url' ? { file_url: source.url } : { file_data: writeUrl(source) }
  return { type: 'input_file', ...present({ filename }), ...where, ...ownPart(block) }
}

/** Another vendor's store keeps its files to itself. */
function fileId(id: string, { rest }: MediaBlock | DocumentBlock): string {
  if (rest !== undefined && rest.wire !== wire && rest.wire !== 'openai-chat') {
    throw unsayable('A file in the store of another vendor cannot be given to this model.')
  }
  return id
}

function writeUrl(source: Source): string {
  if (source.type === 'url') return source.url
  if (source.type === 'data') return `data:${source.mime};base64,${source.data}`
  throw unsayable('This model’s provider cannot be given this kind of medium.')
}

function unsayable(message: string): Failure {
  return new Failure('unsupported_parameter', message, { param: 'input' })
}
