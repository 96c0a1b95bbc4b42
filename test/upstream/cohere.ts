/** Ready answers on the wire of Cohere's chat, with the fields that the vendor sends. https://docs.cohere.com/reference/chat */

import type { JsonObject } from '../../src/base/json.ts'
import { reply as replyWith, stream as streamOf, type Answer, type Headers, type Pace } from './answer.ts'
import { countsOf, inputOf, inputPieces, pieces, stopOf, text, type Call, type Saying, type Words } from './saying.ts'
import type { Received } from './upstream.ts'

const finishReasons = { end: 'COMPLETE', length: 'MAX_TOKENS', tools: 'TOOL_CALL', refusal: 'ERROR_TOXIC' } as const

/** How a stream is told, beyond what is said. */
export type Telling = Saying & Pace

/** A whole answer. */
export const reply = (words: Words, saying: Saying = {}): Answer => replyWith(200, body(words, saying))

/** A streamed answer. */
export const stream = (words: Words, telling: Telling = {}): Answer => streamOf(frames(words, telling), telling)

/** A script that answers as the vendor would, whole or streamed. */
export function speak(words: Words, telling: Telling = {}): (request: Received) => Answer {
  return (request) => (request.json().stream === true ? stream(words, telling) : reply(words, telling))
}

/** An error as the vendor words it: a sentence, and nothing that says which. */
export function error(status: number, sentence = 'scripted error', headers: Headers = {}): Answer {
  return replyWith(status, { id: 'err-scripted', message: sentence }, headers)
}

/** The frame that tells an error in the middle of a stream. */
export const errorFrame = (sentence = 'scripted error'): string => frame('message-end', { delta: { error: sentence, finish_reason: 'ERROR' } })

/** The body of a whole answer: what was thought before calls is their plan. */
export function body(words: Words, saying: Saying = {}): JsonObject {
  const { toolCalls = [], reasoning = [] } = saying
  const content = contents(words, saying).map(({ type, said }) => ({ type, [type]: said.join('') }))
  return {
    id: idOf(saying),
    message: {
      role: 'assistant',
      ...(content.length > 0 && { content }),
      ...(isPlanned(saying) && { tool_plan: reasoning.join('') }),
      ...(toolCalls.length > 0 && { tool_calls: toolCalls.map((call) => callOf(call, inputOf(call))) }),
    },
    finish_reason: finishReasons[stopOf(saying)],
    ...usage(saying),
  }
}

/** The frames of a stream, `[DONE]` the last. */
export function frames(words: Words, telling: Telling = {}): string[] {
  const { toolCalls = [], reasoning = [] } = telling
  const message = { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] }
  return [
    frame('message-start', { id: idOf(telling), delta: { message } }),
    ...(isPlanned(telling) ? reasoning.map((tool_plan) => frame('tool-plan-delta', { delta: { message: { tool_plan } } })) : []),
    ...contents(words, telling).flatMap(({ type, said }, index) => [
      frame('content-start', { index, delta: { message: { content: { type, [type]: '' } } } }),
      ...said.map((piece) => frame('content-delta', { index, delta: { message: { content: { [type]: piece } } } })),
      frame('content-end', { index }),
    ]),
    ...toolCalls.flatMap((call, index) => [
      frame('tool-call-start', { index, delta: { message: { tool_calls: callOf(call, '') } } }),
      ...inputPieces(call).map((piece) => frame('tool-call-delta', { index, delta: { message: { tool_calls: { function: { arguments: piece } } } } })),
      frame('tool-call-end', { index }),
    ]),
    frame('message-end', { delta: { finish_reason: finishReasons[stopOf(telling)], ...usage(telling) } }),
    'data: [DONE]\n\n',
  ]
}

function frame(type: string, fields: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
}

const idOf = ({ id = '29f14a5a-scripted' }: Saying): string => id
const isPlanned = ({ toolCalls = [], reasoning = [] }: Saying): boolean => toolCalls.length > 0 && reasoning.length > 0
const callOf = ({ id, name }: Call, input: string): JsonObject => ({ id, type: 'function', function: { name, arguments: input } })

interface Content {
  readonly type: 'text' | 'thinking'
  readonly said: readonly string[]
}

function contents(words: Words, saying: Saying): Content[] {
  const { reasoning = [] } = saying
  const thought: Content[] = reasoning.length > 0 && !isPlanned(saying) ? [{ type: 'thinking', said: reasoning }] : []
  return text(words) === '' ? thought : [...thought, { type: 'text', said: pieces(words) }]
}

function usage(saying: Saying): JsonObject {
  if (saying.usage === null) return {}
  const { input, output, cached } = countsOf(saying)
  const tokens = { input_tokens: input, output_tokens: output }
  return { usage: { billed_units: tokens, tokens, ...(cached !== undefined && { cached_tokens: cached }) } }
}
