/** Whole answers, and how answers end. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { ChatResponse, Choice, FinishReason } from '../../canonical/chat.ts'
import { Failure, type Reason } from '../../canonical/failure.ts'
import { readContent, writeBlocks } from './content.ts'
import { kept, own, toClient } from './own.ts'
import { readUsage, writeUsage } from './usage.ts'

const finishes = {
  stop: 'end_turn',
  'stop-sequence': 'stop_sequence',
  length: 'max_tokens',
  context: 'model_context_window_exceeded',
  'tool-calls': 'tool_use',
  refused: 'content_filtered',
  paused: 'end_turn',
  other: 'end_turn',
} as const satisfies { readonly [reason in FinishReason]: string }

const reasons: ReadonlyMap<Json, FinishReason> = new Map<Json, FinishReason>([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop-sequence'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'context'],
  ['tool_use', 'tool-calls'],
  ['content_filtered', 'refused'],
  ['guardrail_intervened', 'refused'],
])

/** The model's words were no answer: another try may bring one. */
const failures: ReadonlyMap<Json, Reason> = new Map<Json, Reason>([
  ['malformed_tool_use', 'upstream_malformed_tool_call'],
  ['malformed_model_output', 'upstream_invalid_response'],
])

export type Ending = Omit<Choice, 'blocks'>

/** Throws `Failure` where the model ended in words that nobody can read. */
export function readEnding(stopReason: Json | undefined, fields: JsonObject = {}): Ending {
  const said = stopReason ?? null
  const failed = failures.get(said)
  if (failed !== undefined) throw new Failure(failed, 'The model’s answer could not be read by its provider.')
  const finish = reasons.get(said) ?? 'other'
  return { finish, ...kept(said === finishes[finish] ? fields : { ...fields, stopReason: said }) }
}

export function writeEnding({ finish, rest }: Ending): JsonObject {
  return { stopReason: finishes[finish], ...own(rest) }
}

/** Throws `Failure` where the body is no answer. The wire tells neither an id nor the model: whoever asked knows. */
export function readResponse(body: JsonObject): ChatResponse {
  const { output, stopReason, usage, ...fields } = body
  const message = isObject(output) ? output.message : undefined
  if (!isObject(message) || !Array.isArray(message.content) || !message.content.every(isObject))
    throw new Failure('upstream_invalid_response', 'The provider’s answer is not a message.')
  return {
    id: '',
    model: '',
    choices: [{ blocks: readContent(message.content), ...readEnding(stopReason) }],
    usage: isObject(usage) ? readUsage(usage) : {},
    ...kept(fields),
  }
}

export function writeResponse({ choices, usage, rest }: ChatResponse): JsonObject {
  const { blocks, ...ending } = choices[0] ?? { blocks: [], finish: 'other' as const }
  return {
    output: { message: { role: 'assistant', content: writeBlocks(blocks, toClient()) } },
    ...writeEnding(ending),
    usage: writeUsage(usage),
    metrics: { latencyMs: 0 },
    ...own(rest),
  }
}
