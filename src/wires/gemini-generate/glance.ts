/** A whole answer that is passed on, looked at only as far as a receipt needs. */

import { isObject, type JsonObject } from '../../base/json.ts'
import type { Glance } from '../../canonical/chat.ts'
import { weighAnswer } from '../weigh.ts'
import { readFinish } from './finish.ts'
import { textIn } from './response.ts'
import { readUsage } from './usage.ts'

/** Undefined where it is not the plain case of one answer with its usage: then it is read whole. */
export function glance({ candidates, usageMetadata, modelVersion, responseId, error }: JsonObject): Glance | undefined {
  const [candidate] = Array.isArray(candidates) && candidates.length === 1 ? candidates : []
  if (error !== undefined || !isObject(candidate) || !isObject(candidate.content) || !isObject(usageMetadata)) return undefined
  const { finishReason } = candidate
  const { parts } = candidate.content
  if (!Array.isArray(parts) || parts.length === 0 || typeof finishReason !== 'string') return undefined
  let toolCalls = 0
  for (const part of parts) if (isObject(part) && part.functionCall !== undefined) toolCalls += 1
  const finish = readFinish(finishReason, { calls: toolCalls > 0, anything: true })
  return { id: textIn(responseId), model: textIn(modelVersion), finish, usage: readUsage(usageMetadata), toolCalls, said: weighAnswer(parts) }
}
