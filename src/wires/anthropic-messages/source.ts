/** Images and documents: where their bytes are, and which of them the wire takes. */

import { isObject, present, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { DocumentBlock, MediaBlock, Source } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { kept, own } from '../rest.ts'
import { takeMark, writeMark } from './marks.ts'
import { wire, type Writing } from './writing.ts'

/** Undefined where the source is of a kind that the form has no word for. */
export function readMedium({ type, source: said, ...fields }: JsonObject): MediaBlock | DocumentBlock | undefined {
  if (!isObject(said)) return undefined
  const source = readSource(said)
  if (source === undefined) return undefined
  // The file is in this vendor's store, and what cannot be written back from the form alone is kept as it came.
  if (said.type === 'file' || Object.keys(said).length !== Object.keys(writeSource(source)).length) fields.source = said
  if (type === 'image') return { type: 'media', kind: 'image', source, ...takeMark(fields), ...kept(wire, fields) }
  const { title, ...others } = fields
  if (typeof title !== 'string') return { type: 'document', source, ...takeMark(fields), ...kept(wire, fields) }
  return { type: 'document', source, name: title, ...takeMark(others), ...kept(wire, others) }
}

function readSource(source: JsonObject): Source | undefined {
  switch (source.type) {
    case 'base64':
      return { type: 'data', mime: asText(source.media_type), data: asText(source.data) }
    case 'url':
      return { type: 'url', url: asText(source.url) }
    case 'file':
      return { type: 'file', id: asText(source.file_id) }
    case 'text':
      return { type: 'text', text: asText(source.data) }
    case 'content':
      return { type: 'text', text: joinTexts(source.content) }
    default:
      return undefined
  }
}

function joinTexts(content: Json | undefined): string {
  if (!Array.isArray(content)) return asText(content)
  return content.flatMap((part) => (isObject(part) && part.type === 'text' ? [asText(part.text)] : [])).join('\n')
}

export function writeMedia(block: MediaBlock, { to, lose }: Writing): JsonObject | undefined {
  if (block.kind !== 'image') {
    if (to === 'provider') throw unsupported(`This model takes no ${block.kind}.`)
    lose(block.kind)
    return undefined
  }
  if (block.detail !== undefined) lose('image_detail')
  const fields = own(wire, block.rest)
  return { ...fields, type: 'image', source: fields.source ?? writeSource(block.source), ...writeMark(block.cache, block.rest) }
}

export function writeDocument(block: DocumentBlock): JsonObject {
  const fields = own(wire, block.rest)
  const source = fields.source ?? writeSource(readable(block.source))
  return { ...fields, ...present({ type: 'document', source, title: block.name }), ...writeMark(block.cache, block.rest) }
}

function writeSource(source: Source): JsonObject {
  switch (source.type) {
    case 'data':
      return { type: 'base64', media_type: source.mime === 'image/jpg' ? 'image/jpeg' : source.mime, data: source.data }
    case 'url':
      return { type: 'url', url: source.url }
    case 'text':
      return { type: 'text', media_type: 'text/plain', data: source.text }
    case 'file':
      throw unsupported('A file in the store of another vendor cannot be given to this model.')
  }
}

const plainTypes = /^(text\/|application\/(json|xml|yaml)\b)/

/** Documents are PDF, or text of any kind as plain text. */
function readable(source: Source): Source {
  if (source.type !== 'data' || source.mime === 'application/pdf') return source
  if (plainTypes.test(source.mime)) return { type: 'text', text: Buffer.from(source.data, 'base64').toString('utf8') }
  throw unsupported('This model reads PDF and text documents alone.')
}

function unsupported(message: string): Failure {
  return new Failure('unsupported_parameter', message, { param: 'messages' })
}
