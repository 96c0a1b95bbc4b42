/** Content blocks, read and written. */

import { asText, isObject, present, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, Citation, ReasoningBlock, Rest, TextBlock, ToolCallBlock, ToolResultBlock } from '../../canonical/chat.ts'
import { kept, own, spelling } from '../rest.ts'
import { isOwnSignature, readSignature, signatureCarrier, takeCarried, writeSignature } from '../signed-thinking.ts'
import { parseInput } from '../tool-input.ts'
import { takeMark, writeMark } from './marks.ts'
import { readMedium, writeDocument, writeMedia } from './source.ts'
import { wire, type Writing } from './writing.ts'

export function readContent(content: Json | undefined): Block[] {
  if (Array.isArray(content)) return takeCarried((content as JsonObject[]).map(readBlock))
  return typeof content === 'string' && content !== '' ? [{ type: 'text', text: content }] : []
}

/**
 * How content was spelled where the blocks do not tell: a lone plain text is a string unless it was a `list`,
 * and a result may have `none` at all.
 */
export function contentSpelling(content: Json | undefined, blocks: readonly Block[]): Rest['spelled'] {
  if (content === undefined || content === null) return { content: 'none' }
  return Array.isArray(content) && (blocks.length === 0 || isPlain(blocks)) ? { content: 'list' } : undefined
}

function isPlain(blocks: readonly Block[]): boolean {
  const [first] = blocks
  return blocks.length === 1 && first?.type === 'text' && !first.rest && !first.cache && !first.citations && !first.signature
}

export function writeContent(blocks: readonly Block[], rest: Rest | undefined, writing: Writing): string | JsonObject[] | undefined {
  const written = writeBlocks(blocks, writing)
  const spelled = spelling(wire, rest, 'content')
  if (spelled === 'none' && written.length === 0) return undefined
  return spelled === 'list' ? written : shorten(written)
}

/** The short spelling of content, where it has one. */
export function shorten(written: JsonObject[]): string | JsonObject[] {
  const [first] = written
  if (first === undefined) return ''
  return written.length === 1 && first.type === 'text' && Object.keys(first).length === 2 ? asText(first.text) : written
}

export function writeBlocks(blocks: readonly Block[], writing: Writing): JsonObject[] {
  return blocks.flatMap((block) => [writeBlock(block, writing) ?? [], writeCarried(block, writing) ?? []].flat())
}

function writeCarried(block: Block, writing: Writing): JsonObject | undefined {
  return (block.type === 'text' || block.type === 'tool-call') && block.signature ? writeReasoning(signatureCarrier(block.signature), writing) : undefined
}

export function readBlock(block: JsonObject): Block {
  switch (block.type) {
    case 'text':
      return readText(block)
    case 'thinking':
      return readThinking(block)
    case 'redacted_thinking':
      return readRedacted(block)
    case 'tool_use':
      return readUse(block)
    case 'tool_result':
      return readResult(block)
    case 'image':
    case 'document':
      return readMedium(block) ?? readNative(block)
    default:
      return readNative(block)
  }
}

/** Undefined where nothing is left to say. */
export function writeBlock(block: Block, writing: Writing): JsonObject | undefined {
  switch (block.type) {
    case 'text':
      return writeText(block, writing)
    case 'refusal':
      return writeText({ type: 'text', text: block.text }, writing)
    case 'reasoning':
      return writeReasoning(block, writing)
    case 'tool-call':
      return { ...writeUse(block), input: parseInput(block) }
    case 'tool-result':
      return writeResult(block, writing)
    case 'media':
      return writeMedia(block, writing)
    case 'document':
      return writeDocument(block)
    case 'native':
      if (block.rest.wire === wire) return { ...block.rest.fields }
      writing.lose('native_block')
      return undefined
  }
}

function readText({ type: _, text, ...fields }: JsonObject): TextBlock {
  const cited =
    Array.isArray(fields.citations) && fields.citations.length > 0 && fields.citations.every(isObject) ? fields.citations.map(readCitation) : undefined
  if (cited) delete fields.citations
  return { type: 'text', text: asText(text), ...takeMark(fields), ...(cited && { citations: cited }), ...kept(wire, fields) }
}

/** A provider refuses texts without a word in them; of an answer, a blank is part. */
function writeText(block: TextBlock, { to, lose }: Writing): JsonObject | undefined {
  if (to === 'provider' ? !/\S/.test(block.text) : block.text === '') return undefined
  const cited = block.citations?.map((citation) => writeCitation(citation, to)).filter((citation) => citation !== undefined)
  if (cited && cited.length < block.citations!.length) lose('citation')
  return {
    ...own(wire, block.rest),
    type: 'text',
    text: block.text,
    ...(cited && cited.length > 0 && { citations: cited }),
    ...writeMark(block.cache, block.rest),
  }
}

/** The form has the words that other wires know; all the rest of a citation is kept beside them. */
export function readCitation(citation: JsonObject): Citation {
  const { url, source, title, document_title, cited_text, document_index } = citation
  const link = url ?? source
  const name = title ?? document_title
  return {
    ...(typeof link === 'string' && { url: link }),
    ...(typeof name === 'string' && { title: name }),
    ...(typeof cited_text === 'string' && { quoted: cited_text }),
    ...(typeof document_index === 'number' && { document: document_index }),
    rest: { wire, fields: citation },
  }
}

/** A citation of another wire points at a page; a provider takes none back that it did not make. */
export function writeCitation(citation: Citation, to: Writing['to']): JsonObject | undefined {
  if (citation.rest?.wire === wire) return citation.rest.fields
  if (to === 'provider' || citation.url === undefined) return undefined
  return { type: 'web_search_result_location', url: citation.url, title: citation.title ?? null, cited_text: citation.quoted ?? '', encrypted_index: '' }
}

function readThinking({ type: _, thinking, signature, ...fields }: JsonObject): ReasoningBlock {
  const signed = readSignature(signature)
  return { type: 'reasoning', text: asText(thinking), ...(signed && { signature: signed }), ...kept(wire, fields) }
}

function readRedacted({ type: _, data, ...fields }: JsonObject): ReasoningBlock {
  return { type: 'reasoning', text: '', redacted: asText(data), ...kept(wire, fields) }
}

function writeReasoning(block: ReasoningBlock, { to, lose }: Writing): JsonObject | undefined {
  const fields = own(wire, block.rest)
  if (block.redacted !== undefined) return { ...fields, type: 'redacted_thinking', data: block.redacted }
  if (to === 'client') return { ...fields, type: 'thinking', thinking: block.text, signature: writeSignature(block.signature) }
  if (isOwnSignature(block.signature)) return { ...fields, type: 'thinking', thinking: block.text, signature: block.signature.value }
  lose(block.signature ? 'signature' : 'reasoning')
  return undefined
}

function readUse({ type: _, id, name, input, ...fields }: JsonObject): ToolCallBlock {
  const call = { type: 'tool-call', id: asText(id), name: asText(name), input: JSON.stringify(input ?? {}) } as const
  return { ...call, ...takeMark(fields), ...kept(wire, fields) }
}

/** A call with nothing in it yet, as a stream begins it. */
export function writeUse(block: ToolCallBlock): JsonObject {
  return { ...own(wire, block.rest), type: 'tool_use', id: block.id, name: block.name, input: {}, ...writeMark(block.cache, block.rest) }
}

function readResult({ type: _, tool_use_id, content, is_error, ...fields }: JsonObject): ToolResultBlock {
  const blocks = readContent(content)
  const failed = typeof is_error === 'boolean' && { failed: is_error }
  return { type: 'tool-result', callId: asText(tool_use_id), blocks, ...failed, ...takeMark(fields), ...kept(wire, fields, contentSpelling(content, blocks)) }
}

function writeResult(block: ToolResultBlock, writing: Writing): JsonObject {
  return {
    ...own(wire, block.rest),
    ...present({ type: 'tool_result', tool_use_id: block.callId, content: writeContent(block.blocks, block.rest, writing), is_error: block.failed }),
    ...writeMark(block.cache, block.rest),
  }
}

function readNative(block: JsonObject): Block {
  return { type: 'native', name: asText(block.type), rest: { wire, fields: block } }
}
