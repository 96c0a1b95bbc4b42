/** Whole answers, and how answers end. */

import { isObject, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, ChatResponse, Choice, FinishReason } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { kept, own } from '../rest.ts'
import type { StreamOptions } from '../wire.ts'
import { readContent, writeBlocks } from './content.ts'
import { failureOf } from './error.ts'
import { readUsage, writeUsage } from './usage.ts'
import { wire, type Writing } from './writing.ts'

const finishes = {
  stop: 'end_turn',
  'stop-sequence': 'stop_sequence',
  length: 'max_tokens',
  context: 'model_context_window_exceeded',
  'tool-calls': 'tool_use',
  refused: 'refusal',
  paused: 'pause_turn',
} as const satisfies { readonly [reason in Exclude<FinishReason, 'other'>]: string }

const reasons = new Map(Object.entries(finishes).map(([reason, said]) => [said as Json, reason as FinishReason]))

/** What says how an answer ended: fields of a whole answer, and of the last event but one of a stream. */
const endings = ['stop_reason', 'stop_sequence', 'stop_details', 'container', 'context_management'] as const

export type Ending = Omit<Choice, 'blocks'>

export function readEnding({ stop_reason, stop_sequence, ...fields }: JsonObject): Ending {
  const finish = reasons.get(stop_reason ?? null)
  if (finish === undefined) fields.stop_reason = stop_reason ?? null
  return { finish: finish ?? 'other', ...(typeof stop_sequence === 'string' && { stopSequence: stop_sequence }), ...kept(wire, fields) }
}

/** `blocks` are what the answer held: clients of this wire look for calls only behind `tool_use`, and have no other sign of a refusal. */
export function writeEnding({ finish, stopSequence, rest }: Ending, types: ReadonlySet<Block['type']>): JsonObject {
  const reason = finish !== 'stop' ? finish : types.has('tool-call') ? 'tool-calls' : types.has('refusal') ? 'refused' : finish
  return { stop_reason: reason === 'other' ? finishes.stop : finishes[reason], stop_sequence: stopSequence ?? null, ...own(wire, rest) }
}

/** Moves the fields of an ending out of an answer's others. */
export function takeEnding(fields: JsonObject): JsonObject {
  const ending: JsonObject = {}
  for (const field of endings) {
    if (fields[field] === undefined) continue
    ending[field] = fields[field]
    delete fields[field]
  }
  return ending
}

/** Throws `Failure` where the body is an error after all, or no message. */
export function readResponse(body: JsonObject): ChatResponse {
  if (body.type === 'error' || isObject(body.error)) throw failureOf(body)
  const { id, type: _type, role: _role, model, content, usage, ...fields } = body
  if (!Array.isArray(content) || !content.every(isObject)) throw new Failure('upstream_invalid_response', 'The provider’s answer is not a message.')
  const ending = readEnding(takeEnding(fields))
  return {
    id: asText(id),
    model: asText(model),
    choices: [{ blocks: readContent(content), ...ending }],
    usage: isObject(usage) ? readUsage(usage) : {},
    ...kept(wire, fields),
  }
}

/** A client is shown what there is: what has no word here has none to lose it to. */
export const toClient: Writing = { to: 'client', lose: () => undefined }

export function writeResponse(response: ChatResponse, { now }: StreamOptions): JsonObject {
  const { blocks, ...ending } = response.choices[0] ?? { blocks: [], finish: 'other' as const }
  return {
    ...own(wire, response.rest),
    ...writeHead(response, now),
    content: writeBlocks(blocks, toClient),
    ...writeEnding(ending, new Set(blocks.map(({ type }) => type))),
    usage: writeUsage(response.usage),
  }
}

/** Who answers; clients want an id where the provider gave none. */
export function writeHead({ id, model }: { readonly id: string; readonly model: string }, now: number): JsonObject {
  return { id: id || `msg_${now}`, type: 'message', role: 'assistant', model }
}
