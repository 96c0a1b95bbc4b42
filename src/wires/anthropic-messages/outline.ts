/** What a receipt tells of a request, and how a provider is asked to count one. https://platform.claude.com/docs/en/api/messages-count-tokens */

import { isObject, type JsonObject } from '../../base/json.ts'
import type { Member } from '../../base/survey.ts'
import { lengthOf } from '../check.ts'
import { contentIn } from '../losses.ts'
import { weigh, weighField } from '../weigh.ts'
import type { Counting, Outline, SurfaceWire } from '../wire.ts'

export const promptFields = ['system', 'messages']

/** What clients call the words of the form, where they call them otherwise. */
export const fieldOf: SurfaceWire['fieldOf'] = {
  format: 'output_config.format',
  stop: 'stop_sequences',
  user: 'metadata.user_id',
  parallel_tools: 'tool_choice',
  hosted_tool: 'tools',
  strict_tool: 'tools',
  ...contentIn('messages'),
}

export function outline(body: JsonObject, members: readonly Member[] = []): Outline {
  const { max_tokens: maxTokens, temperature, output_format: native, output_config: config, messages, system, tools } = body
  const wantsJson = isObject(native) || (isObject(config) && isObject(config.format))
  const weights = weigh(messages, system)
  weights.tools = weighField(body, 'tools', members)
  return { maxTokens, temperature, wantsJson, messages: lengthOf(messages), tools: lengthOf(tools), weights }
}

/** What an answer is like, and not what it is made of: a count takes none of it. */
const uncounted = [
  'max_tokens',
  'stream',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'metadata',
  'service_tier',
  'inference_geo',
  'container',
  'diagnostics',
]

export const counting: Counting = {
  write: (body) => Object.fromEntries(Object.entries(body).filter(([field]) => !uncounted.includes(field))),
  read: ({ input_tokens: tokens }) => (typeof tokens === 'number' ? tokens : undefined),
}

export const writeCount = (tokens: number): JsonObject => ({ input_tokens: tokens })
