/** Documents to answer from, each an object of strings: a request's own, and those in a tool's result. */

import { isObject, type Json } from '../../base/json.ts'
import type { Block, DocumentBlock, Rest, Turn } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { own, spelling } from '../rest.ts'
import { wire } from './own.ts'

/** A document as a block whose text other wires can say. Undefined where it is neither a string nor `{ data }`. */
export function readDocument(document: Json | undefined, spelled?: Rest['spelled']): DocumentBlock | undefined {
  const data = isObject(document) ? document.data : document
  const text = textOf(data)
  if (document === undefined || text === undefined) return undefined
  const title = isObject(data) && typeof data.title === 'string' ? { name: data.title } : {}
  return { type: 'document', source: { type: 'text', text }, ...title, rest: { wire, fields: { document }, ...(spelled && { spelled }) } }
}

function textOf(data: Json | undefined): string | undefined {
  if (typeof data === 'string') return data
  if (!isObject(data)) return undefined
  const said = Object.entries(data).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const)
  return said.length === 1 ? said[0]![1] : said.map(([name, value]) => `${name}: ${value}`).join('\n')
}

/** The document as it was said, unless somebody changed its text since. Throws `Failure` for one that is not text: the wire has no others. */
export function writeDocument({ source, name, rest }: DocumentBlock): Json {
  if (source.type !== 'text')
    throw new Failure('unsupported_parameter', 'The model’s provider can be given documents of plain text alone.', { param: 'messages' })
  const { document } = own(wire, rest)
  if (document !== undefined && textOf(isObject(document) ? document.data : document) === source.text) return document
  return { data: { ...(name !== undefined && { title: name }), text: source.text } }
}

/** Puts a request's documents before the last question, where other wires say them. Undefined where they do not fit: then they stay as they are. */
export function placeDocuments(turns: readonly Turn[], documents: Json | undefined): Turn[] | undefined {
  if (!Array.isArray(documents) || documents.length === 0) return undefined
  const blocks = documents.map((document) => readDocument(document, { place: 'request' }))
  const place = turns.findLastIndex((turn) => turn.role === 'user' && turn.blocks.every(({ type }) => type !== 'tool-result'))
  if (place === -1 || !blocks.every((block) => block !== undefined)) return undefined
  const turn = turns[place]!
  return turns.with(place, { ...turn, blocks: [...blocks, ...turn.blocks] })
}

export function isRequestDocument(block: Block): block is DocumentBlock {
  return block.type === 'document' && spelling(wire, block.rest, 'place') === 'request'
}
