/** Ready answers to the small forms, with the fields that the vendors send. */

import type { JsonObject } from '../../src/base/json.ts'
import { reply, type Answer } from './answer.ts'
import type { Received } from './upstream.ts'

/** The numbers of a vector, made of its text alone, so that an answer shows which text it belongs to; each is a 32-bit float. */
export function numbersOf(input: unknown, length = 3): number[] {
  const text = typeof input === 'string' ? input : JSON.stringify(input)
  return Array.from({ length }, (_, at) => Math.fround((text.length + at) / 8))
}

/** As providers pack them. */
const packed = (numbers: readonly number[]): string => Buffer.from(Float32Array.from(numbers).buffer).toString('base64')

/** Tokens that every text counts for here. */
export const tokensOfText = 5

/** https://platform.openai.com/docs/api-reference/embeddings; the last vector comes first: the order is told by the index. */
export function embeddings(request: Received): Answer {
  const { input, model, encoding_format: encoding } = request.json()
  const inputs = Array.isArray(input) && typeof input[0] !== 'number' ? input : [input]
  const data = inputs.map((text, index): JsonObject => {
    const numbers = numbersOf(text)
    return { object: 'embedding', index, embedding: encoding === 'base64' ? packed(numbers) : numbers }
  })
  const tokens = inputs.length * tokensOfText
  return reply(200, { object: 'list', data: data.reverse(), model: model!, usage: { prompt_tokens: tokens, total_tokens: tokens } })
}

/** https://docs.cohere.com/reference/embed */
export function cohereEmbed(request: Received): Answer {
  const { texts } = request.json() as { texts: string[] }
  const meta = { api_version: { version: '2' }, billed_units: { input_tokens: texts.length * tokensOfText } }
  const vectors = texts.map((text) => numbersOf(text))
  return reply(200, { id: 'emb-scripted', embeddings: { float: vectors }, texts, meta, response_type: 'embeddings_by_type' })
}

/** https://ai.google.dev/api/embeddings; it counts nothing. */
export function geminiEmbed(request: Received): Answer {
  const { requests } = request.json() as { requests: { content: { parts: { text: string }[] } }[] }
  return reply(200, { embeddings: requests.map(({ content }) => ({ values: numbersOf(content.parts[0]!.text) })) })
}

/** https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html */
export function titanEmbed(request: Received): Answer {
  const { inputText } = request.json()
  return reply(200, { embedding: numbersOf(inputText), inputTextTokenCount: tokensOfText, embeddingsByType: { float: numbersOf(inputText) } })
}

/** Scores in the order of the documents: the longer one is the better one. */
const scored = (request: Received) => (request.json().documents as string[]).map((text, index) => ({ index, relevance_score: Math.fround(text.length / 100) }))

/** https://docs.cohere.com/reference/rerank */
export const cohereRerank = (request: Received): Answer =>
  reply(200, { id: 'rank-scripted', results: scored(request).sort(byScore), meta: { billed_units: { search_units: 1 } } })

/** https://api.jina.ai/redoc; not sorted here: servers of one's own are not always. */
export const jinaRerank = (request: Received): Answer => reply(200, { model: 'm', results: scored(request), usage: { total_tokens: 9 } })

/** https://docs.voyageai.com/reference/reranker-api */
export const voyageRerank = (request: Received): Answer =>
  reply(200, { object: 'list', data: scored(request).sort(byScore), model: 'm', usage: { total_tokens: 9 } })

const byScore = (one: { relevance_score: number }, other: { relevance_score: number }): number => other.relevance_score - one.relevance_score

/** https://platform.openai.com/docs/api-reference/moderations */
export function moderations(request: Received): Answer {
  const { input } = request.json()
  const result = { flagged: true, categories: { hate: false, violence: true }, category_scores: { hate: 0.01, violence: 0.9 } }
  return reply(200, { id: 'modr-scripted', model: 'omni-moderation-2024-09-26', results: (Array.isArray(input) ? input : [input]).map(() => result) })
}

/** https://docs.mistral.ai/api/#tag/classifiers; there is no word on the whole. */
export function mistralModerations(request: Received): Answer {
  const result = { categories: { pii: true, law: false }, category_scores: { pii: 0.9, law: 0.1 } }
  return reply(200, { id: 'mod-scripted', model: 'mistral-moderation-2411', results: (request.json().input as unknown[]).map(() => result) })
}

const completion = (fields: JsonObject): JsonObject => ({ id: 'cmpl-scripted', object: 'text_completion', created: 1_769_092_737, model: 'm', ...fields })
const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 }

/** https://platform.openai.com/docs/api-reference/completions */
export const textCompletion = (...texts: readonly string[]): Answer =>
  reply(200, completion({ choices: texts.map((text, index) => ({ text, index, logprobs: null, finish_reason: 'stop' })), usage }))

/** Its frames; the usage is told, and `[DONE]` comes last. */
export const textFrames = (...pieces: readonly string[]): readonly string[] => [
  ...pieces.map((text) => dataOf({ choices: [{ text, index: 0, logprobs: null, finish_reason: null }] })),
  dataOf({ choices: [{ text: '', index: 0, logprobs: null, finish_reason: 'stop' }] }),
  dataOf({ choices: [], usage }),
  'data: [DONE]\n\n',
]

const dataOf = (fields: JsonObject): string => `data: ${JSON.stringify(completion(fields))}\n\n`
