/** What a receipt tells of a request. */

import { isObject, type JsonObject } from '../../base/json.ts'
import type { Member } from '../../base/survey.ts'
import { lengthOf } from '../check.ts'
import { contentIn } from '../losses.ts'
import { weigh, weighField } from '../weigh.ts'
import type { Outline, SurfaceWire } from '../wire.ts'

export const promptFields = ['messages']

/** What clients call the words of the form, where they call them otherwise. */
export const fieldOf: SurfaceWire['fieldOf'] = {
  choices: 'n',
  format: 'response_format',
  parallel_tools: 'parallel_tool_calls',
  thinking: 'reasoning_effort',
  hosted_tool: 'tools',
  custom_tool: 'tools',
  strict_tool: 'tools',
  strict_format: 'response_format',
  max_tokens: 'max_completion_tokens',
  ...contentIn('messages'),
}

export function outline(body: JsonObject, members: readonly Member[] = []): Outline {
  const { max_completion_tokens, max_tokens, temperature, n, response_format: format, messages, tools, functions } = body
  const weights = weigh(messages)
  weights.tools = weighField(body, 'tools', members) + weighField(body, 'functions', members)
  return {
    maxTokens: max_completion_tokens ?? max_tokens,
    temperature,
    choices: n,
    wantsJson: isObject(format) && format.type !== 'text',
    messages: lengthOf(messages),
    tools: lengthOf(tools) + lengthOf(functions),
    weights,
  }
}
