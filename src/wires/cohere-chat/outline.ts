/** What a receipt tells of a request. */

import { isObject, type JsonObject } from '../../base/json.ts'
import { lengthOf } from '../check.ts'
import { contentIn } from '../losses.ts'
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

export function outline({ max_tokens: maxTokens, temperature, response_format: format, messages, tools }: JsonObject): Outline {
  return { maxTokens, temperature, wantsJson: isObject(format) && format.type !== 'text', messages: lengthOf(messages), tools: lengthOf(tools) }
}
