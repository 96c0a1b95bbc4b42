/** Citations: they stand beside a message's content and say which block they belong to. */

import { isObject, present, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, Citation } from '../../canonical/chat.ts'
import { own } from '../rest.ts'
import { wire, type Writing } from './own.ts'

/** The form has the words that other wires know; all the rest of a citation is kept beside them. */
export function readCitation(said: JsonObject): Citation {
  const { start, end, sources } = said
  const pages = Array.isArray(sources) ? sources.map((source) => (isObject(source) && isObject(source.document) ? source.document : {})) : []
  const { url, title } = pages.find((page) => typeof page.url === 'string') ?? pages[0] ?? {}
  return {
    ...(typeof url === 'string' && { url }),
    ...(typeof title === 'string' && { title }),
    ...(typeof start === 'number' && { start }),
    ...(typeof end === 'number' && { end }),
    rest: { wire, fields: said },
  }
}

/** A provider takes none back that it did not make. */
export function writeCitation(citation: Citation, text: string, { to, lose }: Writing): JsonObject | undefined {
  if (citation.rest?.wire === wire) return citation.rest.fields
  if (to === 'provider') {
    lose('citation')
    return undefined
  }
  const { url, title, quoted, document = 0, start = 0, end = text.length } = citation
  const page = { type: 'document', id: url ?? `doc:${document}`, document: present({ url, title, snippet: quoted }) }
  return { start, end, text: text.slice(start, end), sources: [page], type: 'TEXT_CONTENT' }
}

/**
 * Gives a message's citations to the blocks they are of, `content` and a `plan` among them: texts have a word for them, thoughts keep them.
 * Gives back the blocks, and those citations that belong to none.
 */
export function attachCitations(blocks: readonly Block[], citations: readonly Json[]): { readonly blocks: Block[]; readonly left: Json[] } {
  const attached = [...blocks]
  const left: Json[] = []
  for (const said of citations) {
    const place = isObject(said) ? placeOf(said, blocks) : -1
    const block = attached[place]
    if (block === undefined) left.push(said)
    else attached[place] = cited(block, said as JsonObject)
  }
  return { blocks: attached, left }
}

function placeOf({ type, content_index: index }: JsonObject, blocks: readonly Block[]): number {
  if (type === 'PLAN') return blocks.findIndex(({ rest }) => rest?.spelled?.place === 'plan')
  const wanted = type === 'THINKING_CONTENT' ? 'reasoning' : 'text'
  if (typeof index === 'number' && blocks[index]?.type === wanted) return index
  return blocks.findIndex((block) => block.type === wanted)
}

function cited(block: Block, said: JsonObject): Block {
  if (block.type === 'text') return { ...block, citations: [...(block.citations ?? []), readCitation(said)] }
  const fields = own(wire, block.rest)
  return { ...block, rest: { ...block.rest, wire, fields: { ...fields, citations: [...((fields.citations as Json[] | undefined) ?? []), said] } } }
}

/** All citations of these blocks, in their order. */
export function writeCitations(blocks: readonly Block[], writing: Writing): Json[] {
  return blocks.flatMap((block): Json[] => {
    if (block.type === 'reasoning') return (own(wire, block.rest).citations as Json[] | undefined) ?? []
    return block.type === 'text' ? (block.citations ?? []).flatMap((citation) => writeCitation(citation, block.text, writing) ?? []) : []
  })
}
