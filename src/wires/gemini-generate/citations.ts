/** What an answer rests on: `groundingMetadata` and `citationMetadata`. https://ai.google.dev/gemini-api/docs/google-search#understanding_the_grounding_response */

import { isObject, present, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, Citation } from '../../canonical/chat.ts'
import { listed } from './own.ts'

/** The citations of a candidate; offsets, which the wire counts in bytes, are told where `text` is that of its only text. */
export function readCitations({ groundingMetadata, citationMetadata }: JsonObject, text: string): Citation[] {
  return [...readGrounding(groundingMetadata, text), ...readQuotes(citationMetadata, text)]
}

function readGrounding(metadata: Json | undefined, text: string): Citation[] {
  if (!isObject(metadata)) return []
  const chunks = listed(metadata.groundingChunks).map((chunk) => (isObject(chunk) ? pageOf(chunk) : {}))
  const supports = listed(metadata.groundingSupports).filter(isObject)
  if (supports.length === 0) return chunks.filter(({ url }) => url !== undefined)
  return supports.flatMap(({ segment, groundingChunkIndices: places }) => {
    const said = isObject(segment) ? segment : {}
    const quoted = typeof said.text === 'string' ? { quoted: said.text } : {}
    return listed(places).flatMap((place) => {
      const page = chunks[Number(place)]
      return page?.url === undefined ? [] : { ...page, ...quoted, ...readSpan(said, text) }
    })
  })
}

function pageOf(chunk: JsonObject): Citation {
  const page = [chunk.web, chunk.retrievedContext, chunk.maps].find(isObject) ?? {}
  return present({ url: textIn(page.uri), title: textIn(page.title) })
}

const textIn = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined)

function readQuotes(metadata: Json | undefined, text: string): Citation[] {
  const said = isObject(metadata) ? listed(metadata.citations ?? metadata.citationSources).filter(isObject) : []
  return said.flatMap((quote) =>
    typeof quote.uri === 'string' ? { ...present({ url: quote.uri, title: textIn(quote.title) }), ...readSpan(quote, text) } : [],
  )
}

/** No start is the very start: the wire leaves out zeros. */
function readSpan({ startIndex = 0, endIndex }: JsonObject, text: string): { readonly start?: number; readonly end?: number } {
  if (typeof startIndex !== 'number' || typeof endIndex !== 'number' || text === '') return {}
  const bytes = Buffer.from(text)
  const charactersIn = (end: number) => bytes.subarray(0, end).toString('utf8').length
  return { start: charactersIn(startIndex), end: charactersIn(endIndex) }
}

/** The citations belong to the last text, and say where in it if it is the only one. */
export function citeBlocks(blocks: readonly Block[], candidate: JsonObject): Block[] {
  const texts = blocks.filter((block) => block.type === 'text')
  const citations = readCitations(candidate, texts.length === 1 ? texts[0]!.text : '')
  const last = blocks.findLastIndex(({ type }) => type === 'text')
  if (citations.length === 0) return [...blocks]
  if (last === -1) return [...blocks, { type: 'text', text: '', citations }]
  return blocks.map((block, place) => (place === last && block.type === 'text' ? { ...block, citations } : block))
}

/** Grounding for citations that another wire told; undefined where none names a page. */
export function writeGrounding(citations: readonly Citation[]): JsonObject | undefined {
  const cited = citations.filter(({ url }) => url !== undefined)
  if (cited.length === 0) return undefined
  const urls = [...new Set(cited.map(({ url }) => url!))]
  const titleOf = (url: string) => cited.find((citation) => citation.url === url && citation.title !== undefined)?.title
  return {
    groundingChunks: urls.map((uri) => ({ web: present({ uri, title: titleOf(uri) }) })),
    groundingSupports: cited.map((citation) => ({ segment: present({ text: citation.quoted }), groundingChunkIndices: [urls.indexOf(citation.url!)] })),
  }
}
