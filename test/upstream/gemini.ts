/** Ready answers of Gemini's generateContent, with the fields that the vendor sends. https://ai.google.dev/api/generate-content */

import type { JsonObject } from '../../src/base/json.ts'
import { reply as replyWith, stream as streamOf, type Answer, type Headers, type Pace } from './answer.ts'
import { countsOf, pieces, stopOf, text, type Saying, type Words } from './saying.ts'
import type { Received } from './upstream.ts'

const finishReasons = { end: 'STOP', length: 'MAX_TOKENS', tools: 'STOP', refusal: 'SAFETY' } as const

/** How a stream is told, beyond what is said. */
export type Telling = Saying & Pace

/** A whole answer. */
export const reply = (words: Words, saying: Saying = {}): Answer => replyWith(200, body(words, saying))

/** A streamed answer. */
export const stream = (words: Words, telling: Telling = {}): Answer => streamOf(frames(words, telling), telling)

/** A script that answers as the vendor would: the path says whether whole or streamed, or counted; a stream that is not asked for as events is one list. */
export function speak(words: Words, telling: Telling = {}): (request: Received) => Answer {
  return ({ path }) => {
    const [, model = '', method = ''] = /\/models\/(.+):(\w+)/.exec(decodeURIComponent(path)) ?? []
    const said = { model, ...telling }
    if (method === 'countTokens') return replyWith(200, { totalTokens: countsOf(telling).input, promptTokensDetails: [] })
    if (method !== 'streamGenerateContent') return reply(words, said)
    return path.includes('alt=sse') ? stream(words, said) : replyWith(200, chunks(words, said))
  }
}

/** An error as the vendor words it. */
export function error(status: number, word = 'INVALID_ARGUMENT', headers: Headers = {}): Answer {
  return replyWith(status, failed(status, word), headers)
}

/** The frame that tells an error in the middle of a stream. */
export const errorFrame = (word = 'UNAVAILABLE'): string => `data: ${JSON.stringify(failed(503, word))}\n\n`

/** The body of a whole answer. */
export function body(words: Words, saying: Saying = {}): JsonObject {
  return { candidates: [ended(candidate(parts([text(words)], [(saying.reasoning ?? []).join('')], saying)), saying)], ...usage(saying), ...opening(saying) }
}

/** The frames of a stream; its end is that it ends. */
export function frames(words: Words, telling: Telling = {}): string[] {
  return chunks(words, telling).map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
}

/** The pieces of a stream, each an answer by itself: one part in each, the reason to end and all the usage in the last. */
export function chunks(words: Words, telling: Telling = {}): JsonObject[] {
  const said = parts(pieces(words), telling.reasoning ?? [], telling)
  const candidates = (said.length > 0 ? said : [{ text: '' }]).map((part) => candidate([part]))
  return candidates.map((one, place) => {
    const isLast = place === candidates.length - 1
    const { input } = countsOf(telling)
    const early: JsonObject = telling.usage === null ? {} : { usageMetadata: { promptTokenCount: input, totalTokenCount: input } }
    return { candidates: [isLast ? ended(one, telling) : one], ...(isLast ? usage(telling) : early), ...opening(telling) }
  })
}

const opening = ({ id = 'scripted', model = 'gemini-2.5-flash' }: Saying): JsonObject => ({ modelVersion: model, responseId: id })
const candidate = (said: JsonObject[]): JsonObject => ({ content: { parts: said, role: 'model' }, index: 0 })
const ended = (said: JsonObject, saying: Saying): JsonObject => ({ ...said, finishReason: finishReasons[stopOf(saying)] })
const failed = (code: number, status: string): JsonObject => ({ error: { code, message: `scripted ${status}`, status } })

/** The signature stands on the first call, else on an empty text at the end. Calls come whole. */
function parts(words: readonly string[], reasoning: readonly string[], { signature, toolCalls = [] }: Saying): JsonObject[] {
  const proof: JsonObject = signature === undefined ? {} : { thoughtSignature: signature }
  const calls = toolCalls.map(({ id, name, input }, place): JsonObject => ({
    functionCall: { id, name, args: input as JsonObject },
    ...(place === 0 && proof),
  }))
  return [
    ...reasoning.filter((piece) => piece !== '').map((piece) => ({ text: piece, thought: true })),
    ...words.filter((piece) => piece !== '').map((piece) => ({ text: piece })),
    ...calls,
    ...(calls.length === 0 && signature !== undefined ? [{ text: '', ...proof }] : []),
  ]
}

/** The vendor counts thoughts beside the words. */
function usage(saying: Saying): JsonObject {
  if (saying.usage === null) return {}
  const { input, output, cached, reasoning } = countsOf(saying)
  return {
    usageMetadata: {
      promptTokenCount: input,
      candidatesTokenCount: output - (reasoning ?? 0),
      totalTokenCount: input + output,
      ...(cached !== undefined && { cachedContentTokenCount: cached }),
      ...(reasoning !== undefined && { thoughtsTokenCount: reasoning }),
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: input }],
    },
  }
}
