/** What a receipt tells of a request. */

import { isObject, type JsonObject } from '../../base/json.ts'
import type { Member } from '../../base/survey.ts'
import { lengthOf } from '../check.ts'
import { contentIn } from '../losses.ts'
import { weigh, weighAll, weighField } from '../weigh.ts'
import type { Outline, SurfaceWire } from '../wire.ts'

export const promptFields = ['messages', 'documents']

/** What clients call the words of the form, where they call them otherwise. */
export const fieldOf: SurfaceWire['fieldOf'] = {
  format: 'response_format',
  stop: 'stop_sequences',
  top_k: 'k',
  top_p: 'p',
  strict_tool: 'strict_tools',
  ...contentIn('messages'),
}

export function outline(body: JsonObject, members: readonly Member[] = []): Outline {
  const { max_tokens: maxTokens, temperature, response_format: format, messages, tools, documents } = body
  const weights = weigh(messages)
  weights.tools = weighField(body, 'tools', members)
  if (documents !== undefined) weights.user += weighAll(documents).user
  return { maxTokens, temperature, wantsJson: isObject(format) && format.type !== 'text', messages: lengthOf(messages), tools: lengthOf(tools), weights }
}
