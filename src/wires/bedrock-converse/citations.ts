/** Texts that rest on something: their citations, read and written. */

import { isObject, present, type Json, type JsonObject } from '../../base/json.ts'
import type { Citation, TextBlock } from '../../canonical/chat.ts'
import { asList, asObject, kept, own, spelling, wire, type Writing } from './own.ts'

/** Undefined where it has no text. */
export function readCited(said: Json): TextBlock | undefined {
  if (!isObject(said) || !Array.isArray(said.content)) return undefined
  const { content, citations, ...fields } = said
  const texts = asList(content).map(({ text }) => (typeof text === 'string' ? text : ''))
  const cited = asList(citations).map(readCitation)
  if (content.length !== 1 || texts.length !== 1) fields.content = content
  if (citations !== undefined && cited.length === 0) fields.citations = citations
  return { type: 'text', text: texts.join(''), ...(cited.length > 0 && { citations: cited }), ...kept(fields, { text: 'cited' }) }
}

/** The form has the words that other wires know; the whole of a citation is kept beside them. */
export function readCitation(citation: JsonObject): Citation {
  const { title, sourceContent, location } = citation
  const { web, documentChar, documentPage, documentChunk } = asObject(location)
  const { url } = asObject(web)
  const { documentIndex } = asObject(documentChar ?? documentPage ?? documentChunk)
  const quoted = asList(sourceContent)
    .map(({ text }) => (typeof text === 'string' ? text : ''))
    .join('')
  return {
    ...(typeof url === 'string' && { url }),
    ...(typeof title === 'string' && { title }),
    ...(quoted !== '' && { quoted }),
    ...(typeof documentIndex === 'number' && { document: documentIndex }),
    rest: { wire, fields: citation },
  }
}

/** A provider takes no citation back that it did not make. */
export function writeCitation(citation: Citation, to: Writing['to']): JsonObject | undefined {
  if (citation.rest?.wire === wire) return citation.rest.fields
  if (to === 'provider') return undefined
  const { title, quoted, url } = citation
  return present({ title, sourceContent: quoted === undefined ? undefined : [{ text: quoted }], location: url === undefined ? undefined : { web: { url } } })
}

export function writeCited({ text, citations = [], rest }: TextBlock, { to, lose }: Writing): JsonObject {
  const written = citations.map((citation) => writeCitation(citation, to)).filter((citation) => citation !== undefined)
  if (written.length < citations.length) lose('citation')
  if (written.length === 0 && spelling(rest, 'text') === undefined) return { text }
  return { citationsContent: { content: [{ text }], ...(written.length > 0 && { citations: written }), ...own(rest) } }
}
