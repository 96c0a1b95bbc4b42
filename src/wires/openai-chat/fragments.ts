/** Where the pieces of a stream's chunks belong, on servers that put them in different places. */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Signature } from '../../canonical/chat.ts'
import { leftOf } from './own.ts'

export interface OpenCall {
  readonly index: number
  /** What the server calls it: both may be missing. */
  readonly place: number | undefined
  readonly id: string | undefined
  signature?: Signature
}

const nothing: JsonObject = {}

/** Usage stands in a chunk, in its choice, or in a field of one vendor's own. */
export function usageIn(chunk: JsonObject, choices: readonly Json[]): JsonObject | undefined {
  if (isObject(chunk.usage)) return chunk.usage
  if (isObject(chunk.x_groq) && isObject(chunk.x_groq.usage)) return chunk.x_groq.usage
  const [first] = choices
  return isObject(first) && isObject(first.usage) ? first.usage : undefined
}

/** The call that a fragment goes on: by its place, else by its id, else the last. A name under another id begins a new one, whatever its place says. */
export function findCall(calls: readonly OpenCall[], { index: place, id, function: made, custom }: JsonObject): OpenCall | undefined {
  const hasPlace = typeof place === 'number'
  const hasId = typeof id === 'string' && id !== ''
  const found = calls.findLast((call) => (hasPlace ? call.place === place : !hasId || call.id === id))
  const said = isObject(made) ? made : isObject(custom) ? custom : nothing
  const isNamed = typeof said.name === 'string' && said.name !== ''
  if (!isNamed) return found ?? calls.at(-1)
  return (hasId ? found?.id === id : hasPlace) ? found : undefined
}

const knownInChoice: ReadonlySet<string> = new Set(['index', 'delta', 'finish_reason', 'usage'])
const knownInDelta: ReadonlySet<string> = new Set([
  'role',
  'content',
  'reasoning_content',
  'reasoning',
  'reasoning_details',
  'refusal',
  'annotations',
  'extra_content',
  'images',
  'tool_calls',
  'function_call',
])

/** What the form has no word for, beside a delta and in it; undefined where there is nothing. */
export function unknownFields(choice: JsonObject): JsonObject | undefined {
  let fields: JsonObject | undefined
  for (const field in choice) if (!knownInChoice.has(field) && choice[field] !== null) (fields ??= {})[field] = choice[field]!
  const { delta } = choice
  if (!isObject(delta)) return fields
  const unknown: JsonObject = {}
  for (const field in delta) if (!knownInDelta.has(field)) unknown[field] = delta[field]!
  const left = leftOf('delta', unknown)
  return left.delta ? { ...fields, ...left } : fields
}
