/**
 * Reranking as Cohere, Jina and Voyage spell it: so near to each other that clients may use any of the three on one path, and are answered in the one they used.
 * https://docs.cohere.com/reference/rerank https://api.jina.ai/redoc https://docs.voyageai.com/reference/reranker-api
 */

import { isObject, present, asText, type Json, type JsonObject } from '../../base/json.ts'
import { Failure } from '../../canonical/failure.ts'
import type { RerankAnswer, RerankRequest } from '../../canonical/forms.ts'
import { both, check, checkBody, count, fields, flag, forbiddenFields, isFilled, lengthOf, listOf, orNull, text, textOr } from '../check.ts'
import { readError, writeError } from '../cohere-chat/error.ts'
import type { Loss } from '../losses.ts'
import { outlineOf, ownFields, restOf, type Dialect, type UpstreamDialect, type Wanted } from './dialect.ts'
import { weighAll } from '../weigh.ts'

const isDocument = check((value) => isObject(value) && typeof value.text === 'string', 'a string or an object with `text`')

const request = fields(
  {
    ...forbiddenFields,
    model: text,
    query: text,
    documents: both(listOf(textOr(isDocument)), isFilled),
    top_n: orNull(count),
    top_k: orNull(count),
    return_documents: orNull(flag),
    truncation: orNull(flag),
  },
  ['model', 'query', 'documents'],
)

const read = ['model', 'query', 'documents', 'top_n', 'top_k', 'return_documents', 'truncation']

/** Fields by which a Voyage client is known: its answers are another shape. */
const isVoyage = ({ top_k: most, truncation }: JsonObject): boolean => (most ?? truncation ?? null) !== null

function readRequest(body: JsonObject): RerankRequest {
  const { model, query, documents, return_documents: returns, truncation } = body
  const most = body.top_n ?? body.top_k
  return {
    model: asText(model),
    query: asText(query),
    documents: (documents as Json[]).map((document) => asText(isObject(document) ? document.text : document)),
    ...(typeof most === 'number' && { most }),
    ...(typeof returns === 'boolean' && { returnsDocuments: returns }),
    ...(typeof truncation === 'boolean' && { truncates: truncation }),
    ...restOf('cohere-rerank', body, read, { spelled: { shape: isVoyage(body) ? 'data' : 'results' } }),
  }
}

/** How a vendor spells what the others spell otherwise. */
interface Spelling {
  readonly name: 'cohere-rerank' | 'jina-rerank' | 'voyage-rerank'
  readonly most: 'top_n' | 'top_k'
  readonly takesTruncation?: true
}

/** The documents are not asked back: we have them. */
function writeRequest(spelling: Spelling, asked: RerankRequest, lose: Loss): JsonObject {
  const { model, query, documents, most, truncates } = asked
  if (truncates !== undefined && !spelling.takesTruncation) lose('truncation')
  return {
    model,
    query,
    documents: [...documents],
    ...present({ [spelling.most]: most, truncation: spelling.takesTruncation && truncates }),
    ...(spelling.name === 'jina-rerank' && { return_documents: false }),
    ...ownFields(spelling.name, asked),
  }
}

function readResponse(body: JsonObject, { documents, most }: RerankRequest): RerankAnswer {
  const { id, model, usage, meta } = body
  const listed = body.results ?? body.data
  if (!Array.isArray(listed)) throw new Failure('upstream_invalid_response', 'The provider’s answer has no list of results.')
  const results = listed.map((item) => readResult(item, documents.length)).sort((one, other) => other.score - one.score)
  const tokens = isObject(usage) ? (usage.total_tokens ?? usage.prompt_tokens) : undefined
  const billed = isObject(meta) && isObject(meta.billed_units) ? meta.billed_units : {}
  const input = typeof tokens === 'number' ? tokens : billed.input_tokens
  return {
    ...(typeof id === 'string' && { id }),
    ...(typeof model === 'string' && { model }),
    results: results.slice(0, most),
    ...(typeof billed.search_units === 'number' && { searches: billed.search_units }),
    usage: typeof input === 'number' ? { input, output: 0 } : {},
  }
}

function readResult(item: Json, documents: number): RerankAnswer['results'][number] {
  const { index, relevance_score: score } = isObject(item) ? item : {}
  if (typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < documents && typeof score === 'number') return { index, score }
  throw new Failure('upstream_invalid_response', 'The provider’s answer ranks something that was not among the documents.')
}

function writeResponse(answer: RerankAnswer, { asked, id }: Wanted<'rerank'>): JsonObject {
  const { usage, searches } = answer
  const isData = asked.rest.spelled?.shape === 'data'
  const results = answer.results.map(({ index, score }): JsonObject => {
    const document = asked.documents[index]!
    return { index, relevance_score: score, ...(asked.returnsDocuments && { document: isData ? document : { text: document } }) }
  })
  const model = answer.model ?? asked.model
  const tokens = usage.input === undefined ? undefined : { total_tokens: usage.input }
  if (isData) return present({ object: 'list', data: results, model, usage: tokens })
  const billed = searches === undefined ? undefined : { search_units: searches }
  return present({ id: answer.id ?? id, model, results, meta: present({ api_version: { version: '2' }, billed_units: billed }), usage: tokens })
}

const upstream = (spelling: Spelling): UpstreamDialect<'rerank'> => ({
  name: spelling.name,
  form: 'rerank',
  writeRequest: (asked, lose) => writeRequest(spelling, asked, lose),
  readResponse,
  readError,
})

export const cohereRerank: Dialect<'rerank'> = {
  ...upstream({ name: 'cohere-rerank', most: 'top_n' }),
  promptFields: ['query', 'documents'],
  outline: ({ query, documents }) => outlineOf(lengthOf(documents), weighAll(query, documents)),
  checkRequest: (body) => checkBody(body, request),
  readRequest,
  writeResponse,
  // Its second version takes texts alone, and gives none back.
  mustRewrite: (body) => isVoyage(body) || body.return_documents !== undefined || (body.documents as Json[]).some(isObject),
  isAsAsked: ({ results }, { returnsDocuments, rest, most }) =>
    !returnsDocuments && rest.spelled?.shape === 'results' && isSorted(results) && lengthOf(results) <= (most ?? Infinity),
  writeError,
}

/** Best first, as every one of the three says that it does. */
const isSorted = (results: Json | undefined): boolean =>
  Array.isArray(results) && results.every((result, at) => at === 0 || scoreOf(results[at - 1]!) >= scoreOf(result))

const scoreOf = (result: Json): number => Number(isObject(result) ? result.relevance_score : undefined)

export const jinaRerank = upstream({ name: 'jina-rerank', most: 'top_n' })
export const voyageRerank = upstream({ name: 'voyage-rerank', most: 'top_k', takesTruncation: true })
