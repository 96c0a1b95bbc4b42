/** What a receipt tells of a request, and how a provider is asked to count one. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html */

import { isObject, present, type JsonObject } from '../../base/json.ts'
import type { Member } from '../../base/survey.ts'
import { lengthOf } from '../check.ts'
import { weigh, weighField } from '../weigh.ts'
import type { Counting, Outline } from '../wire.ts'
import { asObject } from './own.ts'

export const promptFields = ['system', 'messages']

export const fieldOf = {}

export function outline(body: JsonObject, members: readonly Member[] = []): Outline {
  const { inferenceConfig, outputConfig, toolConfig, messages, system } = body
  const { maxTokens, temperature } = asObject(inferenceConfig)
  const wantsJson = isObject(asObject(outputConfig).textFormat)
  const tools = lengthOf(asObject(toolConfig).tools)
  const weights = weigh(messages, system)
  if (tools > 0) weights.tools = weighField(body, 'toolConfig', members)
  return { maxTokens, temperature, wantsJson, messages: lengthOf(messages), tools, weights }
}

export const counting: Counting = {
  write: ({ messages, system, toolConfig, additionalModelRequestFields }) => ({
    input: { converse: present({ messages, system, toolConfig, additionalModelRequestFields }) },
  }),
  read: ({ inputTokens }) => (typeof inputTokens === 'number' ? inputTokens : undefined),
}

export const writeCount = (tokens: number): JsonObject => ({ inputTokens: tokens })
