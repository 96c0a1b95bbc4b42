/** Ready answers on the Chat Completions wire, with the fields that the vendor sends. https://platform.openai.com/docs/api-reference/chat */

import type { JsonObject } from '../../src/base/json.ts'
import { reply as replyWith, stream as streamOf, type Answer, type Headers, type Pace } from './answer.ts'
import { countsOf, inputOf, inputPieces, pieces, stopOf, text, type Call, type Counts, type Saying, type Words } from './saying.ts'
import type { Received } from './upstream.ts'

const finishReasons = { end: 'stop', length: 'length', tools: 'tool_calls', refusal: 'content_filter' } as const
const created = 1_769_092_737
const common = { service_tier: 'default', system_fingerprint: 'fp_29330a9688' }

/** How a stream is told, beyond what is said. */
export interface Telling extends Saying, Pace {
  /** Whether the chunk with usage and no choices comes before `[DONE]`; a vendor sends it when asked by `stream_options`. */
  readonly tellsUsage?: boolean
}

/** A whole answer. */
export const reply = (words: Words, saying: Saying = {}): Answer => replyWith(200, body(words, saying))

/** A streamed answer. */
export const stream = (words: Words, telling: Telling = {}): Answer => streamOf(frames(words, telling), telling)

/** A script that answers as the vendor would: whole or streamed, the model's name repeated, usage on a stream when asked. */
export function speak(words: Words, telling: Telling = {}): (request: Received) => Answer {
  return (request) => {
    const asked = request.json() as { model?: string; stream?: boolean; stream_options?: { include_usage?: boolean } }
    const said = { model: asked.model, ...telling }
    return asked.stream ? stream(words, { tellsUsage: asked.stream_options?.include_usage === true, ...said }) : reply(words, said)
  }
}

/** An error as the vendor words it; `code` null where it has none. */
export function error(status: number, type = 'invalid_request_error', code: string | null = null, headers: Headers = {}): Answer {
  return replyWith(status, { error: { message: `scripted ${type}`, type, param: null, code } }, { 'x-request-id': 'req_scripted', ...headers })
}

/** The body of a whole answer. */
export function body(words: Words, saying: Saying = {}): JsonObject {
  const { toolCalls = [], reasoning } = saying
  const message = {
    role: 'assistant',
    content: text(words) === '' && toolCalls.length > 0 ? null : text(words),
    ...(reasoning && { reasoning_content: reasoning.join('') }),
    ...(toolCalls.length > 0 && {
      tool_calls: toolCalls.map((call) => ({ ...callHead(call), ...called(call, { name: call.name }, inputOf(call)) })),
    }),
    refusal: null,
    annotations: [],
  }
  return {
    ...opening('chat.completion', saying),
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReasons[stopOf(saying)] }],
    ...(saying.usage !== null && { usage: usage(countsOf(saying)) }),
    ...common,
  }
}

/** The frames of a stream, `[DONE]` the last. */
export function frames(words: Words, telling: Telling = {}): string[] {
  const { reasoning = [], tellsUsage = true } = telling
  const hasUsage = tellsUsage && telling.usage !== null
  const frame = (fields: JsonObject): string =>
    `data: ${JSON.stringify({ ...opening('chat.completion.chunk', telling), ...common, ...fields, ...(hasUsage && !('usage' in fields) && { usage: null }) })}\n\n`
  const delta = (fields: JsonObject, finish: string | null = null): string =>
    frame({ choices: [{ index: 0, delta: fields, logprobs: null, finish_reason: finish }] })
  return [
    delta({ role: 'assistant', content: '', refusal: null }),
    ...reasoning.map((piece) => delta({ reasoning_content: piece })),
    ...pieces(words).map((piece) => delta({ content: piece })),
    ...callDeltas(telling).map((call) => delta({ tool_calls: [call] })),
    delta({}, finishReasons[stopOf(telling)]),
    ...(hasUsage ? [frame({ choices: [], usage: usage(countsOf(telling)) })] : []),
    'data: [DONE]\n\n',
  ]
}

function opening(object: string, { id = 'chatcmpl-scripted', model = 'gpt-4o-mini-2024-07-18' }: Saying): JsonObject {
  return { id, object, created, model }
}

const callHead = ({ id, text: plain }: Call): { id: string; type: string } => ({ id, type: plain === undefined ? 'function' : 'custom' })

/** What is called, under the name that its kind of tool has. */
const called = ({ text: plain }: Call, fields: JsonObject, input: string): JsonObject =>
  plain === undefined ? { function: { ...fields, arguments: input } } : { custom: { ...fields, input } }

/** Each call opens with its name and no arguments; the pieces follow by index, in turns where they are interleaved. */
function callDeltas({ toolCalls = [], isInterleaved = false }: Saying): JsonObject[] {
  const calls = toolCalls.map((call, index): JsonObject[] => [
    { index, ...callHead(call), ...called(call, { name: call.name }, '') },
    ...inputPieces(call).map((piece) => ({ index, ...called(call, {}, piece) })),
  ])
  return isInterleaved ? [0, 1, 2].flatMap((turn) => calls.map((deltas) => deltas[turn]!)) : calls.flat()
}

function usage({ input, output, cached = 0, cacheWritten = 0, reasoning = 0 }: Counts): JsonObject {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0, ...(cacheWritten > 0 && { cache_write_tokens: cacheWritten }) },
    completion_tokens_details: { reasoning_tokens: reasoning, audio_tokens: 0, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 },
  }
}
