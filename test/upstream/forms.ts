/** Ready answers to the small forms, with the fields that the vendors send. */

import type { JsonObject } from '../../src/base/json.ts'
import { reply, type Answer } from './answer.ts'
import type { Received } from './upstream.ts'

/** The numbers of a vector, made of its text alone, so that an answer shows which text it belongs to; each is a 32-bit float. */
export function numbersOf(input: unknown, length = 3): number[] {
  const text = typeof input === 'string' ? input : JSON.stringify(input)
  return Array.from({ length }, (_, at) => Math.fround((text.length + at) / 8))
}

/** As a provider packs them. */
export const packed = (numbers: readonly number[]): string => Buffer.from(Float32Array.from(numbers).buffer).toString('base64')

/** https://platform.openai.com/docs/api-reference/embeddings */
export function embeddings(request: Received): Answer {
  const { input, model, encoding_format: encoding } = request.json()
  const inputs = Array.isArray(input) && typeof input[0] !== 'number' ? input : [input]
  const data = inputs.map((text, index): JsonObject => {
    const numbers = numbersOf(text)
    return { object: 'embedding', index, embedding: encoding === 'base64' ? packed(numbers) : numbers }
  })
  // The last first: the order is told by the index.
  return reply(200, { object: 'list', data: data.reverse(), model: model!, usage: { prompt_tokens: inputs.length * 5, total_tokens: inputs.length * 5 } })
}
