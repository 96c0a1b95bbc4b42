/** A whole answer that is passed on, looked at only as far as a receipt needs. */

import { isObject, type JsonObject } from '../../base/json.ts'
import type { Block, Glance } from '../../canonical/chat.ts'
import { weighAnswer } from '../weigh.ts'
import { readFinish } from './ending.ts'
import { readUsage } from './usage.ts'

/** Undefined where it is not the plain case of one good answer with its usage: then it is read whole. */
export function glance({ id, model, status, error, incomplete_details: details, output, usage }: JsonObject): Glance | undefined {
  if (isObject(error) || !isObject(usage) || !Array.isArray(output)) return undefined
  if (status !== 'completed' && status !== 'incomplete') return undefined
  const types = new Set<Block['type']>()
  let toolCalls = 0
  for (const item of output) {
    if (!isObject(item)) return undefined
    if (item.type === 'function_call' || item.type === 'custom_tool_call') toolCalls += 1
    else if (item.type === 'message' && Array.isArray(item.content) && item.content.some((part) => isObject(part) && part.type === 'refusal'))
      types.add('refusal')
  }
  if (toolCalls > 0) types.add('tool-call')
  return {
    id: typeof id === 'string' ? id : '',
    model: typeof model === 'string' ? model : '',
    finish: readFinish(status, details, types),
    usage: readUsage(usage),
    toolCalls,
    said: weighAnswer(output),
  }
}
