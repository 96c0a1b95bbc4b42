/** Ready answers on Converse, with the fields that the vendor sends, in binary frames where they are streamed. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html */

import { EventStreamCodec } from '@smithy/eventstream-codec'
import type { JsonObject } from '../../src/base/json.ts'
import { chunk, head, lastChunk, raw, reply as replyWith, wait, type Answer, type Headers, type Pace, type Step } from './answer.ts'
import { countsOf, inputPieces, pieces, stopOf, text, type Counts, type Saying, type Words } from './saying.ts'
import type { Received } from './upstream.ts'

const stopReasons = { end: 'end_turn', length: 'max_tokens', tools: 'tool_use', refusal: 'content_filtered' } as const
const requestId = { 'x-amzn-requestid': '01234567-89ab-cdef-0123-456789abcdef' }

/** How a stream is told, beyond what is said. */
export type Telling = Saying & Pace

/** A whole answer. */
export const reply = (words: Words, saying: Saying = {}): Answer => replyWith(200, body(words, saying), requestId)

/** A streamed answer. */
export const stream = (words: Words, telling: Telling = {}): Answer => streamOf(frames(words, telling), telling)

/** Each frame is one packet and one chunk. */
export function streamOf(said: readonly Buffer[], { status = 200, headers, every = 0 }: Pace = {}): Answer {
  const type = { 'content-type': 'application/vnd.amazon.eventstream', 'transfer-encoding': 'chunked' }
  const steps = said.flatMap((bytes, at): Step[] => (at === 0 ? [raw(chunk(bytes))] : [wait(every), raw(chunk(bytes))]))
  return [head(status, { ...type, ...requestId, ...headers }), ...steps, raw(lastChunk)]
}

/** A script that answers as the vendor would: whole or streamed by the path, `count-tokens` by the usage. */
export function speak(words: Words, telling: Telling = {}): (request: Received) => Answer {
  return ({ path }) => {
    if (path.endsWith('/count-tokens')) return replyWith(200, { inputTokens: countsOf(telling).input }, requestId)
    return path.endsWith('/converse-stream') ? stream(words, telling) : reply(words, telling)
  }
}

/** An error as the vendor words it. */
export function error(status: number, type = 'ValidationException', headers: Headers = {}): Answer {
  return replyWith(status, { message: `scripted ${type}` }, { 'x-amzn-errortype': type, ...requestId, ...headers })
}

/** The frame that tells an error in the middle of a stream. */
export const exceptionFrame = (type = 'throttlingException'): Buffer =>
  encode({ ':exception-type': type, ':message-type': 'exception' }, { message: `scripted ${type}` })

/** The body of a whole answer. */
export function body(words: Words, saying: Saying = {}): JsonObject {
  const content = blocks(words, saying).map(({ whole }) => whole)
  return { output: { message: { role: 'assistant', content } }, stopReason: stopReasons[stopOf(saying)], usage: usage(saying), metrics: { latencyMs: 21 } }
}

/** The frames of a stream, from `messageStart` to `metadata`. */
export function frames(words: Words, telling: Telling = {}): Buffer[] {
  const said = blocks(words, telling).flatMap(({ start, deltas }, contentBlockIndex) => [
    ...(start ? [frame('contentBlockStart', { start, contentBlockIndex, p: 'abcdef' })] : []),
    ...deltas.map((delta) => frame('contentBlockDelta', { delta, contentBlockIndex, p: 'abcd' })),
    frame('contentBlockStop', { contentBlockIndex, p: 'ab' }),
  ])
  return [
    frame('messageStart', { role: 'assistant', p: 'abcdefgh' }),
    ...said,
    frame('messageStop', { stopReason: stopReasons[stopOf(telling)], p: 'abc' }),
    ...(telling.usage === null ? [] : [frame('metadata', { usage: usage(telling), metrics: { latencyMs: 21 }, p: 'a' })]),
  ]
}

/** The vendor's own codec makes the frames, so that ours is held against it. */
const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString('utf8'),
  (words) => Buffer.from(words),
)

function encode(headers: { readonly [name: string]: string }, payload: JsonObject): Buffer {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { type: 'string' as const, value }]))
  return Buffer.from(codec.encode({ headers: texts, body: Buffer.from(JSON.stringify(payload)) }))
}

const frame = (type: string, payload: JsonObject): Buffer =>
  encode({ ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' }, payload)

interface Block {
  readonly whole: JsonObject
  readonly start?: JsonObject
  readonly deltas: readonly JsonObject[]
}

/** Thought, then text, then calls, as the vendor orders them. */
function blocks(words: Words, { reasoning, signature = 'c2lnbmF0dXJl', toolCalls = [] }: Saying): Block[] {
  const thought: Block = {
    whole: { reasoningContent: { reasoningText: { text: (reasoning ?? []).join(''), signature } } },
    deltas: [...(reasoning ?? []).map((piece) => ({ reasoningContent: { text: piece } })), { reasoningContent: { signature } }],
  }
  const spoken: Block = { whole: { text: text(words) }, deltas: pieces(words).map((piece) => ({ text: piece })) }
  const calls = toolCalls.map((call): Block => {
    const start = { toolUseId: call.id, name: call.name }
    return {
      whole: { toolUse: { ...start, input: call.input as JsonObject } },
      start: { toolUse: start },
      deltas: inputPieces(call).map((input) => ({ toolUse: { input } })),
    }
  })
  return [...(reasoning ? [thought] : []), ...(text(words) === '' ? [] : [spoken]), ...calls]
}

function usage(saying: Saying): JsonObject {
  const { input, output, cached = 0, cacheWritten = 0 }: Counts = countsOf(saying)
  return {
    inputTokens: input - cached - cacheWritten,
    outputTokens: output,
    totalTokens: input + output,
    cacheReadInputTokens: cached,
    cacheWriteInputTokens: cacheWritten,
  }
}
