/** A whole answer that is passed on, looked at only as far as a receipt needs. */

import { isObject, asText, type JsonObject } from '../../base/json.ts'
import type { Glance } from '../../canonical/chat.ts'
import { weighAnswer } from '../weigh.ts'
import { readEnding } from './response.ts'
import { readUsage } from './usage.ts'

/** Undefined where it is not plainly a finished message with its usage: then it is read whole. */
export function glance(body: JsonObject): Glance | undefined {
  const { id, model, content, usage, type, error, stop_reason } = body
  if (type === 'error' || error !== undefined || !isObject(usage) || !Array.isArray(content) || typeof stop_reason !== 'string') return undefined
  const counted = readUsage(usage)
  if (counted.input === undefined || counted.output === undefined) return undefined
  let toolCalls = 0
  for (const block of content) {
    if (!isObject(block)) return undefined
    if (block.type === 'tool_use') toolCalls += 1
  }
  return { id: asText(id), model: asText(model), finish: readEnding({ stop_reason }).finish, usage: counted, toolCalls, said: weighAnswer(content) }
}
