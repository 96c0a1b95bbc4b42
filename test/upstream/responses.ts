/** Ready answers on the Responses wire, with the fields that the vendor sends. https://platform.openai.com/docs/api-reference/responses */

import type { Json, JsonObject } from '../../src/base/json.ts'
import { reply as replyWith, stream as streamOf, type Answer, type Headers, type Pace } from './answer.ts'
import { countsOf, inputOf, inputPieces, pieces, stopOf, text, type Call, type Saying, type Words } from './saying.ts'
import type { Received } from './upstream.ts'

const created = 1_769_092_737

/** How a stream is told, beyond what is said. */
export interface Telling extends Saying, Pace {
  /** Whether a thought carries its proof; a vendor sends it when asked by `include`. */
  readonly tellsProofs?: boolean
}

/** A whole answer. */
export const reply = (words: Words, telling: Telling = {}): Answer => replyWith(200, body(words, telling))

/** A streamed answer. */
export const stream = (words: Words, telling: Telling = {}): Answer => streamOf(frames(words, telling), telling)

/** A script that answers as the vendor would: whole or streamed, the model's name repeated, proofs when asked, tokens counted by the usage. */
export function speak(words: Words, telling: Telling = {}): (request: Received) => Answer {
  return (request) => {
    if (request.path.includes('/input_tokens')) return replyWith(200, { object: 'response.input_tokens', input_tokens: countsOf(telling).input })
    const asked = request.json() as { model?: string; stream?: boolean; include?: string[] | null }
    const said = { model: asked.model, tellsProofs: asked.include?.includes('reasoning.encrypted_content') === true, ...telling }
    return asked.stream ? stream(words, said) : reply(words, said)
  }
}

/** An error as the vendor words it; `code` null where it has none. */
export function error(status: number, type = 'invalid_request_error', code: string | null = null, headers: Headers = {}): Answer {
  return replyWith(status, { error: { message: `scripted ${type}`, type, param: null, code } }, { 'x-request-id': 'req_scripted', ...headers })
}

/** The frame that tells an error in the middle of a stream. */
export const errorFrame = (code = 'server_error'): string => frame(['error', { code, message: `scripted ${code}`, param: null }], 99)

/** The body of a whole answer. */
export function body(words: Words, telling: Telling = {}): JsonObject {
  const output = items(words, telling).map(({ whole }) => whole)
  const stop = stopOf(telling)
  const reason = stop === 'length' ? 'max_output_tokens' : stop === 'refusal' ? 'content_filter' : undefined
  return {
    ...opening(telling),
    status: reason === undefined ? 'completed' : 'incomplete',
    incomplete_details: reason === undefined ? null : { reason },
    output,
    usage: usage(telling),
  }
}

/** The frames of a stream, from `response.created` to the event that says how it ended. */
export function frames(words: Words, telling: Telling = {}): string[] {
  const whole = body(words, telling)
  const response = { ...opening(telling), status: 'in_progress', incomplete_details: null, output: [], usage: null }
  const told: Told[] = items(words, telling).flatMap(({ whole: item, open, deltas }, place) => [
    ['response.output_item.added', { output_index: place, item: { ...item, ...open } }],
    ...deltas.map(([type, fields]): Told => [type, { item_id: item.id!, output_index: place, ...fields }]),
    ['response.output_item.done', { output_index: place, item }],
  ])
  const events: Told[] = [
    ['response.created', { response }],
    ['response.in_progress', { response }],
    ...told,
    [`response.${String(whole.status)}`, { response: whole }],
  ]
  return events.map(frame)
}

type Told = readonly [type: string, fields: JsonObject]

function frame([type, fields]: Told, sequence_number: number): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields, sequence_number })}\n\n`
}

function opening({ id = 'resp_scripted', model = 'gpt-5-2025-08-07' }: Saying): JsonObject {
  const settings = { instructions: null, metadata: {}, parallel_tool_calls: true, temperature: 1, tool_choice: 'auto', tools: [], top_p: 1 }
  return { id, object: 'response', created_at: created, model, error: null, ...settings }
}

interface Item {
  readonly whole: JsonObject
  /** What it is as it opens, where that differs. */
  readonly open: JsonObject
  readonly deltas: readonly Told[]
}

/** Thought, then words, then calls, each an item. */
function items(words: Words, telling: Telling): Item[] {
  const { reasoning = [], toolCalls = [] } = telling
  return [
    ...(reasoning.length > 0 ? [thought(reasoning, telling)] : []),
    ...(text(words) === '' ? [] : [message(words)]),
    ...toolCalls.map((call) => (call.text === undefined ? functionCall(call) : customCall(call))),
  ]
}

function thought(reasoning: readonly string[], { signature = 'Z0FBQUFB', tellsProofs = false }: Telling): Item {
  const part = { type: 'summary_text', text: reasoning.join('') }
  const at = { summary_index: 0 }
  return {
    whole: { id: 'rs_scripted', type: 'reasoning', summary: [part], ...(tellsProofs && { encrypted_content: signature }) },
    open: { summary: [] },
    deltas: [
      ['response.reasoning_summary_part.added', { ...at, part: { ...part, text: '' } }],
      ...reasoning.map((delta): Told => ['response.reasoning_summary_text.delta', { ...at, delta }]),
      ['response.reasoning_summary_text.done', { ...at, text: part.text }],
      ['response.reasoning_summary_part.done', { ...at, part }],
    ],
  }
}

function message(words: Words): Item {
  const part = { type: 'output_text', text: text(words), annotations: [], logprobs: [] }
  const at = { content_index: 0 }
  return {
    whole: { id: 'msg_scripted', type: 'message', status: 'completed', role: 'assistant', content: [part] },
    open: { status: 'in_progress', content: [] },
    deltas: [
      ['response.content_part.added', { ...at, part: { ...part, text: '' } }],
      ...pieces(words).map((delta): Told => ['response.output_text.delta', { ...at, delta, logprobs: [] }]),
      ['response.output_text.done', { ...at, text: part.text, logprobs: [] }],
      ['response.content_part.done', { ...at, part }],
    ],
  }
}

const functionCall = (call: Call): Item => called(call, 'function_call', 'arguments', 'response.function_call_arguments')
const customCall = (call: Call): Item => called(call, 'custom_tool_call', 'input', 'response.custom_tool_call_input')

function called(call: Call, type: string, field: string, event: string): Item {
  const input: Json = inputOf(call)
  return {
    whole: {
      id: `fc_${call.id}`,
      type,
      status: 'completed',
      call_id: call.id,
      name: call.name,
      ...(call.namespace !== undefined && { namespace: call.namespace }),
      [field]: input,
    },
    open: { status: 'in_progress', [field]: '' },
    deltas: [...inputPieces(call).map((delta): Told => [`${event}.delta`, { delta }]), [`${event}.done`, { [field]: input }]],
  }
}

function usage(saying: Saying): JsonObject | null {
  if (saying.usage === null) return null
  const { input, output, cached = 0, reasoning = 0 } = countsOf(saying)
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  }
}
