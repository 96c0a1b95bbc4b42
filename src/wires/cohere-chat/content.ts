/** The parts of content: text, images, thoughts, and the documents of a tool's result. */

import { isObject, present, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, MediaBlock, ReasoningBlock, Rest, Source, TextBlock } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { kept, own, spelling } from '../rest.ts'
import { readDocument, writeDocument } from './documents.ts'
import { wire, type Writing } from './own.ts'
import { takeRedacted, takeSignature, writeSignature } from './signature.ts'

export function readContent(content: Json | undefined): Block[] {
  if (Array.isArray(content)) return content.map(readPart)
  return typeof content === 'string' && content !== '' ? [{ type: 'text', text: content }] : []
}

/** How content was spelled, where the blocks do not tell. */
export function contentSpelling(content: Json | undefined): Rest['spelled'] {
  if (Array.isArray(content)) return { content: 'list' }
  if (content === undefined) return { content: 'absent' }
  return content === null ? { content: 'null' } : content === '' ? { content: 'empty' } : undefined
}

/** A part as a block. One that the form has no word for stays as it is, for this wire alone. */
export function readPart(part: Json): Block {
  if (!isObject(part)) return { type: 'native', name: 'part', rest: { wire, fields: { value: part } } }
  const { type, ...fields } = part
  const read = typeof type === 'string' && Object.hasOwn(readers, type) ? readers[type] : undefined
  return read?.(fields) ?? { type: 'native', name: asText(type), rest: { wire, fields: part } }
}

const readers: { readonly [type: string]: (fields: JsonObject) => Block | undefined } = {
  __proto__: null as never,
  text: ({ text, ...fields }) => (typeof text === 'string' ? { type: 'text', text, ...takeSignature(fields), ...kept(wire, fields) } : undefined),
  thinking: ({ thinking, ...fields }) =>
    typeof thinking === 'string' ? { type: 'reasoning', text: thinking, ...takeSignature(fields), ...takeRedacted(fields), ...kept(wire, fields) } : undefined,
  image_url: readImage,
  document: ({ document, ...fields }) => (Object.keys(fields).length === 0 ? readDocument(document) : undefined),
}

/** Some servers take the address alone, without its object. */
function readImage({ image_url: said, ...fields }: JsonObject): MediaBlock | undefined {
  if (typeof said === 'string') return { type: 'media', kind: 'image', source: readUrl(said), ...kept(wire, fields, { url: 'plain' }) }
  if (!isObject(said) || typeof said.url !== 'string') return undefined
  const { url, detail, ...inner } = said
  const left = { ...inner, ...(detail !== undefined && typeof detail !== 'string' && { detail }) }
  const beside = Object.keys(left).length > 0 ? { ...fields, image_url: left } : fields
  return { type: 'media', kind: 'image', source: readUrl(url), ...(typeof detail === 'string' && { detail }), ...kept(wire, beside) }
}

function readUrl(url: string): Source {
  const [, mime, data] = /^data:([^;,]+);base64,([^]*)$/.exec(url) ?? []
  return mime !== undefined && data !== undefined ? { type: 'data', mime, data } : { type: 'url', url }
}

/** Content as it was spelled, else in the shortest way; undefined where there is none. */
export function writeContent(parts: JsonObject[], rest: Rest | undefined): Json | undefined {
  const spelled = spelling(wire, rest, 'content')
  if (spelled === 'list') return parts
  const [first] = parts
  if (first === undefined) return spelled === 'null' ? null : spelled === 'empty' ? '' : undefined
  return parts.length === 1 && first.type === 'text' && Object.keys(first).length === 2 ? first.text! : parts
}

export function writeParts(blocks: readonly Block[], writing: Writing): JsonObject[] {
  return blocks.map((block) => writePart(block, writing)).filter((part) => part !== undefined)
}

/** Undefined, and told, where the wire has no part for a block; throws `Failure` where leaving it out would change the question. */
export function writePart(block: Block, writing: Writing): JsonObject | undefined {
  switch (block.type) {
    case 'text':
      return writeText(block, writing)
    case 'refusal':
      return { type: 'text', text: block.text }
    case 'reasoning':
      return writeThought(block, writing)
    case 'media':
      return writeImage(block)
    case 'document':
      // Only results hold documents; in a message their words are text. https://docs.cohere.com/reference/chat
      return block.source.type === 'text' ? { type: 'text', text: block.source.text } : (writeDocument(block) as JsonObject)
    case 'native':
      if (block.rest.wire === wire) return { ...block.rest.fields }
      writing.lose('native_block')
      return undefined
    case 'tool-call':
    case 'tool-result':
      return undefined
  }
}

/** The wire refuses empty texts; only its own clients know why they sent one. */
function writeText(block: TextBlock, writing: Writing): JsonObject | undefined {
  if (block.text === '' && !writing.isOwn && block.rest?.wire !== wire && block.signature === undefined) return undefined
  return { ...own(wire, block.rest), type: 'text', text: block.text, ...writeSignature(block.signature, writing) }
}

/** A sealed thought says nothing to this vendor. */
function writeThought(block: ReasoningBlock, writing: Writing): JsonObject | undefined {
  const { citations: _, ...fields } = own(wire, block.rest)
  if (block.redacted !== undefined && writing.to === 'provider') {
    writing.lose('redacted_reasoning')
    return undefined
  }
  const said = { ...fields, type: 'thinking', thinking: block.text, ...writeSignature(block.signature, writing), ...present({ redacted: block.redacted }) }
  return block.text === '' && writing.to === 'provider' && block.signature !== undefined ? undefined : said
}

function writeImage({ kind, source, detail, rest }: MediaBlock): JsonObject {
  if (kind !== 'image') throw unsayable(kind)
  if (source.type === 'file' || source.type === 'text') throw unsayable('an image that is not in the request and has no address')
  const url = source.type === 'url' ? source.url : `data:${source.mime};base64,${source.data}`
  const { image_url: inner, ...fields } = own(wire, rest)
  return { ...fields, type: 'image_url', image_url: spelling(wire, rest, 'url') ? url : { ...present({ url, detail }), ...(isObject(inner) && inner) } }
}

function unsayable(what: string): Failure {
  return new Failure('unsupported_parameter', `The model’s provider cannot be given ${what}.`, { param: 'messages' })
}
