/** What a receipt tells of a request. */

import { isObject, type JsonObject } from '../../base/json.ts'
import { lengthOf } from '../check.ts'
import type { Outline } from '../wire.ts'

export const promptFields = ['messages', 'documents']

export function outline({ max_tokens: maxTokens, temperature, response_format: format, messages, tools }: JsonObject): Outline {
  return { maxTokens, temperature, wantsJson: isObject(format) && format.type !== 'text', messages: lengthOf(messages), tools: lengthOf(tools) }
}
