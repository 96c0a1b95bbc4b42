/** What a receipt tells of a request. */

import { isObject, type JsonObject } from '../../base/json.ts'
import { lengthOf } from '../check.ts'
import type { Outline } from '../wire.ts'

export const promptFields = ['messages']

export function outline({ max_completion_tokens, max_tokens, temperature, n, response_format: format, messages, tools, functions }: JsonObject): Outline {
  return {
    maxTokens: max_completion_tokens ?? max_tokens,
    temperature,
    choices: n,
    wantsJson: isObject(format) && format.type !== 'text',
    messages: lengthOf(messages),
    tools: lengthOf(tools) + lengthOf(functions),
  }
}
