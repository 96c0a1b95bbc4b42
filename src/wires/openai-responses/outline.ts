/** What a receipt tells of a request, and how a provider is asked to count one. https://platform.openai.com/docs/api-reference/responses/input-tokens */

import { isObject, type JsonObject } from '../../base/json.ts'
import type { Member } from '../../base/survey.ts'
import { lengthOf } from '../check.ts'
import { contentIn } from '../losses.ts'
import { weigh, weighField } from '../weigh.ts'
import type { Counting, Outline, SurfaceWire } from '../wire.ts'

export const promptFields = ['instructions', 'input']

/** What clients call the words of the form, where they call them otherwise. */
export const fieldOf: SurfaceWire['fieldOf'] = {
  logprobs: 'top_logprobs',
  format: 'text.format',
  strict_format: 'text.format',
  parallel_tools: 'parallel_tool_calls',
  thinking: 'reasoning',
  hosted_tool: 'tools',
  custom_tool: 'tools',
  strict_tool: 'tools',
  max_tokens: 'max_output_tokens',
  stored_state: 'previous_response_id',
  ...contentIn('input'),
}

export function outline(body: JsonObject, members: readonly Member[] = []): Outline {
  const { max_output_tokens: maxTokens, temperature, text, instructions, input, tools } = body
  const weights = weigh(input, instructions)
  weights.tools = weighField(body, 'tools', members)
  const format = isObject(text) ? text.format : undefined
  return {
    maxTokens,
    temperature,
    wantsJson: isObject(format) && format.type !== 'text',
    messages: typeof input === 'string' ? 1 : lengthOf(input),
    tools: lengthOf(tools),
    weights,
  }
}

/** What a count takes of a request. */
const counted = new Set([
  'conversation',
  'input',
  'instructions',
  'model',
  'parallel_tool_calls',
  'previous_response_id',
  'reasoning',
  'text',
  'tool_choice',
  'tools',
  'truncation',
])

export const counting: Counting = {
  write: (body) => Object.fromEntries(Object.entries(body).filter(([field]) => counted.has(field))),
  read: ({ input_tokens: tokens }) => (typeof tokens === 'number' ? tokens : undefined),
}

export const writeCount = (tokens: number): JsonObject => ({ object: 'response.input_tokens', input_tokens: tokens })
