/** Ready answers on the Messages wire, with the fields that the vendor sends. https://docs.anthropic.com/en/api/messages */

import type { JsonObject } from '../../src/base/json.ts'
import { reply as replyWith, stream as streamOf, type Answer, type Headers, type Pace } from './answer.ts'
import { countsOf, inputPieces, pieces, stopOf, text, type Counts, type Saying, type Words } from './saying.ts'
import type { Received } from './upstream.ts'

const stopReasons = { end: 'end_turn', length: 'max_tokens', tools: 'tool_use', refusal: 'refusal' } as const
const requestId = { 'request-id': 'req_scripted' }

/** How a stream is told, beyond what is said. */
export type Telling = Saying & Pace

/** A whole answer. */
export const reply = (words: Words, saying: Saying = {}): Answer => replyWith(200, body(words, saying), requestId)

/** A streamed answer. */
export const stream = (words: Words, telling: Telling = {}): Answer =>
  streamOf(frames(words, telling), { ...telling, headers: { ...requestId, ...telling.headers } })

/** A script that answers as the vendor would: whole or streamed, the model's name repeated, `count_tokens` by the usage. */
export function speak(words: Words, telling: Telling = {}): (request: Received) => Answer {
  return (request) => {
    if (request.path.includes('/count_tokens')) return replyWith(200, { input_tokens: countsOf(telling).input }, requestId)
    const asked = request.json() as { model?: string; stream?: boolean }
    const said = { model: asked.model, ...telling }
    return asked.stream ? stream(words, said) : reply(words, said)
  }
}

/** An error as the vendor words it. */
export function error(status: number, type = 'invalid_request_error', headers: Headers = {}): Answer {
  return replyWith(status, { type: 'error', error: { type, message: `scripted ${type}` }, request_id: 'req_scripted' }, { ...requestId, ...headers })
}

/** The frame that tells an error in the middle of a stream. */
export const errorFrame = (type = 'overloaded_error'): string => frame('error', { error: { type, message: `scripted ${type}` }, request_id: 'req_scripted' })

/** The body of a whole answer. */
export function body(words: Words, saying: Saying = {}): JsonObject {
  const content = blocks(words, saying).map(({ whole }) => whole)
  return { ...opening(saying), content, stop_reason: stopReasons[stopOf(saying)], stop_sequence: null, ...(saying.usage !== null && { usage: usage(saying) }) }
}

/** The frames of a stream, from `message_start` to `message_stop`. */
export function frames(words: Words, telling: Telling = {}): string[] {
  const { input_tokens, cache_creation_input_tokens, cache_read_input_tokens, output_tokens } = usage(telling)
  const hasUsage = telling.usage !== null
  const message = {
    ...opening(telling),
    content: [],
    stop_reason: null,
    stop_sequence: null,
    ...(hasUsage && { usage: { ...usage(telling), output_tokens: 1 } }),
  }
  const [start = [], ...others] = blocks(words, telling).map(({ open, deltas }, index) => [
    frame('content_block_start', { index, content_block: open }),
    ...deltas.map((delta) => frame('content_block_delta', { index, delta })),
    frame('content_block_stop', { index }),
  ])
  return [
    frame('message_start', { message }),
    ...start.slice(0, 1),
    frame('ping', {}),
    ...start.slice(1),
    ...others.flat(),
    frame('message_delta', {
      delta: { stop_reason: stopReasons[stopOf(telling)], stop_sequence: null },
      ...(hasUsage && { usage: { input_tokens, cache_creation_input_tokens, cache_read_input_tokens, output_tokens } as JsonObject }),
    }),
    frame('message_stop', {}),
  ]
}

function frame(type: string, fields: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
}

function opening({ id = 'msg_scripted', model = 'claude-sonnet-4-20250514' }: Saying): JsonObject {
  return { model, id, type: 'message', role: 'assistant' }
}

interface Block {
  readonly whole: JsonObject
  readonly open: JsonObject
  readonly deltas: readonly JsonObject[]
}

/** Thought, then text, then calls, as the vendor orders them. */
function blocks(words: Words, { reasoning, signature = 'c2lnbmF0dXJl', toolCalls = [] }: Saying): Block[] {
  const thought: Block = {
    whole: { type: 'thinking', thinking: (reasoning ?? []).join(''), signature },
    open: { type: 'thinking', thinking: '', signature: '' },
    deltas: [...(reasoning ?? []).map((thinking) => ({ type: 'thinking_delta', thinking })), { type: 'signature_delta', signature }],
  }
  const spoken: Block = {
    whole: { type: 'text', text: text(words) },
    open: { type: 'text', text: '' },
    deltas: pieces(words).map((piece) => ({ type: 'text_delta', text: piece })),
  }
  const calls = toolCalls.map((call): Block => {
    const open = { type: 'tool_use', id: call.id, name: call.name }
    const deltas = ['', ...inputPieces(call)].map((partial_json) => ({ type: 'input_json_delta', partial_json }))
    return { whole: { ...open, input: call.input as JsonObject }, open: { ...open, input: {} }, deltas }
  })
  return [...(reasoning ? [thought] : []), ...(text(words) === '' ? [] : [spoken]), ...calls]
}

function usage(saying: Saying): JsonObject {
  const { input, output, cached = 0, cacheWritten = 0, reasoning }: Counts = countsOf(saying)
  return {
    input_tokens: input - cached - cacheWritten,
    cache_creation_input_tokens: cacheWritten,
    cache_read_input_tokens: cached,
    cache_creation: { ephemeral_5m_input_tokens: cacheWritten, ephemeral_1h_input_tokens: 0 },
    output_tokens: output,
    ...(reasoning !== undefined && { output_tokens_details: { thinking_tokens: reasoning } }),
    service_tier: 'standard',
  }
}
