/** What the built-in provider answers to the small forms: made of the request alone, so that the same request always gets the same answer. */

import { createHash } from 'node:crypto'
import { isObject, type Json, type JsonObject } from '../base/json.ts'

/** By the end of the path, as OpenAI and Cohere have it. */
const forms: { readonly [path: string]: (body: JsonObject) => JsonObject } = {
  '/embeddings': embed,
  '/rerank': rerank,
  '/moderations': moderate,
}

/** Undefined where the path is of no small form. */
export function answerForm(path: string, body: JsonObject): JsonObject | undefined {
  return Object.hasOwn(forms, path) ? forms[path]!(body) : undefined
}

const usualDimensions = 8
const mostDimensions = 1024

/** Vectors of length one, with numbers made of the text's digest. */
function embed({ input, model, dimensions, encoding_format: encoding }: JsonObject): JsonObject {
  const inputs = Array.isArray(input) && typeof input[0] !== 'number' ? input : [input ?? '']
  const size = typeof dimensions === 'number' ? Math.min(dimensions, mostDimensions) : usualDimensions
  const data = inputs.map((text, index): JsonObject => {
    const vector = vectorOf(JSON.stringify(text), size)
    return { object: 'embedding', index, embedding: encoding === 'base64' ? Buffer.from(vector.buffer).toString('base64') : [...vector] }
  })
  const tokens = inputs.reduce((sum: number, text) => sum + tokensOf(text), 0)
  return { object: 'list', data, model: String(model), usage: { prompt_tokens: tokens, total_tokens: tokens } }
}

function vectorOf(text: string, size: number): Float32Array {
  const bytes = createHash('shake256', { outputLength: size }).update(text).digest()
  const numbers = Float32Array.from(bytes, (byte) => byte - 127.5)
  const length = Math.hypot(...numbers)
  return numbers.map((value) => value / length)
}

/** Four bytes are taken for a token; a list is one of tokens. */
function tokensOf(text: Json): number {
  return Array.isArray(text) ? text.length : Math.ceil(Buffer.byteLength(String(text)) / 4)
}

/** By the share of the query's words that stand in a document. */
function rerank({ query, documents, top_n: most }: JsonObject): JsonObject {
  const asked = wordsOf(query)
  const results = (Array.isArray(documents) ? documents : [])
    .map((document, index) => {
      const known = wordsOf(isObject(document) ? document.text : document)
      const share = asked.size === 0 ? 0 : [...asked].filter((word) => known.has(word)).length / asked.size
      return { index, relevance_score: share }
    })
    .sort((one, other) => other.relevance_score - one.relevance_score)
  return { results: results.slice(0, typeof most === 'number' ? most : undefined), meta: { billed_units: { search_units: 0 } } }
}

const wordsOf = (text: Json | undefined): ReadonlySet<string> =>
  new Set(
    String(text)
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [],
  )

/** https://platform.openai.com/docs/api-reference/moderations/object */
const categories = [
  'harassment',
  'harassment/threatening',
  'hate',
  'hate/threatening',
  'illicit',
  'illicit/violent',
  'self-harm',
  'self-harm/instructions',
  'self-harm/intent',
  'sexual',
  'sexual/minors',
  'violence',
  'violence/graphic',
]

/** Nothing is ever wrong here. */
function moderate({ input, model }: JsonObject): JsonObject {
  const inputs = Array.isArray(input) && !input.some(isObject) ? input : [input ?? '']
  const result = {
    flagged: false,
    categories: Object.fromEntries(categories.map((category) => [category, false])),
    category_scores: Object.fromEntries(categories.map((category) => [category, 0])),
  }
  return { id: 'modr-omni', model: String(model), results: inputs.map(() => result) }
}
