/** A scripted provider that keeps its answers, as OpenAI does: Responses by POST, and the calls about an answer that it gave. */

import type { JsonObject } from '../../src/base/json.ts'
import { reply, stream, type Answer, type Received } from '../upstream/index.ts'

export interface Keeper {
  readonly line: (request: Received) => Answer
  /** By id: what it keeps. */
  readonly kept: ReadonlyMap<string, JsonObject>
}

/** No two answers of one run have the same id, as with the vendor. */
let answers = 0

/** `says` false leaves the word out that tells whether an answer is kept. */
export function keeper(says = true): Keeper {
  const kept = new Map<string, JsonObject>()
  let count = 0
  const create = (asked: JsonObject): Answer => {
    count += 1
    answers += 1
    const id = `resp_native_${answers}`
    const previous = asked.previous_response_id
    if (typeof previous === 'string' && !kept.has(previous)) return refused(`Previous response with id '${previous}' not found.`, 400)
    const status = asked.background === true ? 'queued' : 'completed'
    const output = status === 'queued' ? [] : [message(`msg_native_${answers}`, `answer ${count}`)]
    const response = answer(id, { status, output, ...(says && { store: asked.store !== false }), previous_response_id: previous ?? null })
    if (asked.store !== false) kept.set(id, { ...response, status: 'completed', input: asked.input! })
    return asked.stream === true ? stream(framesOf(response)) : reply(200, response)
  }
  const line = ({ method, path, body }: Received): Answer => {
    const [, id, question] = /\/responses\/([^/?]+)(?:\/(\w+))?/.exec(path) ?? []
    if (id === undefined) return create(JSON.parse(body.toString()) as JsonObject)
    const found = kept.get(id)
    if (found === undefined) return refused(`Response with id '${id}' not found.`, 404)
    if (method === 'DELETE') return (kept.delete(id), reply(200, { id, object: 'response', deleted: true }))
    if (question === 'cancel') return found.background ? reply(200, { ...found, status: 'cancelled' }) : refused('Cannot cancel a synchronous response.', 400)
    if (question === 'input_items') return reply(200, { object: 'list', data: [{ id: 'msg_in', type: 'message' }], has_more: false })
    return reply(200, found)
  }
  return { line, kept }
}

const refused = (text: string, status: number): Answer => reply(status, { error: { message: text, type: 'invalid_request_error', param: null, code: null } })

export const message = (id: string, text: string): JsonObject => ({
  type: 'message',
  id,
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
})

const usage = {
  input_tokens: 5,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 2,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 7,
}

export function answer(id: string, fields: JsonObject): JsonObject {
  return { id, object: 'response', created_at: 1_790_000_000, status: 'completed', error: null, model: 'gpt-4o', output: [], usage, ...fields }
}

/** The frames of a stream that tells this answer. */
export function framesOf(response: JsonObject): string[] {
  const begun = { ...response, status: 'in_progress', output: [], usage: null }
  const items = (response.output as JsonObject[]).flatMap((item, output_index): JsonObject[] => [
    { type: 'response.output_item.added', output_index, item: { ...item, ...(item.type === 'message' && { content: [] }), status: 'in_progress' } },
    ...(item.type === 'message' ? wordsOf(item, output_index) : []),
    { type: 'response.output_item.done', output_index, item },
  ])
  const events = [{ type: 'response.created', response: begun }, ...items, { type: 'response.completed', response }]
  return events.map((event, sequence_number) => `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number })}\n\n`)
}

function wordsOf({ id, content }: JsonObject, output_index: number): JsonObject[] {
  const [part] = content as JsonObject[]
  const where = { item_id: id!, output_index, content_index: 0 }
  return [
    { type: 'response.content_part.added', ...where, part: { ...part, text: '' } },
    { type: 'response.output_text.delta', ...where, delta: part!.text!, logprobs: [] },
    { type: 'response.output_text.done', ...where, text: part!.text!, logprobs: [] },
    { type: 'response.content_part.done', ...where, part: part! },
  ]
}
