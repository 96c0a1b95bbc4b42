/** What a receipt tells of a request, and how a provider is asked to count one. https://ai.google.dev/api/tokens#method:-models.counttokens */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Member } from '../../base/survey.ts'
import { lengthOf } from '../check.ts'
import { contentIn } from '../losses.ts'
import { weigh, weighField } from '../weigh.ts'
import type { Counting, Outline, SurfaceWire } from '../wire.ts'
import { requestIn } from './own.ts'

/** In both spellings of a name. */
export const promptFields = ['contents', 'systemInstruction', 'system_instruction', 'generateContentRequest']

/** What clients call the words of the form, where they call them otherwise. */
export const fieldOf: SurfaceWire['fieldOf'] = {
  choices: 'generationConfig.candidateCount',
  logprobs: 'generationConfig.responseLogprobs',
  format: 'generationConfig.responseSchema',
  seed: 'generationConfig.seed',
  frequency_penalty: 'generationConfig.frequencyPenalty',
  presence_penalty: 'generationConfig.presencePenalty',
  top_k: 'generationConfig.topK',
  top_p: 'generationConfig.topP',
  temperature: 'generationConfig.temperature',
  stop: 'generationConfig.stopSequences',
  max_tokens: 'generationConfig.maxOutputTokens',
  modalities: 'generationConfig.responseModalities',
  thinking: 'generationConfig.thinkingConfig',
  hosted_tool: 'tools',
  tool_choice: 'toolConfig',
  ...contentIn('contents'),
}

export function outline(asked: JsonObject, members: readonly Member[] = []): Outline {
  const body = requestIn(asked)
  const weights = weigh(body.contents, body.systemInstruction ?? body.system_instruction)
  weights.tools = weighField(body, 'tools', members)
  const config = objectIn(body.generationConfig ?? body.generation_config)
  return {
    maxTokens: config.maxOutputTokens ?? config.max_output_tokens,
    temperature: config.temperature,
    choices: config.candidateCount ?? config.candidate_count,
    wantsJson: (config.responseMimeType ?? config.response_mime_type) === 'application/json',
    messages: isObject(body.contents) ? 1 : lengthOf(body.contents),
    tools: Array.isArray(body.tools) ? body.tools.reduce((sum: number, bag) => sum + toolsIn(bag), 0) : isObject(body.tools) ? toolsIn(body.tools) : 0,
    weights,
  }
}

const objectIn = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})

function toolsIn(bag: Json): number {
  const { functionDeclarations, function_declarations, ...hosted } = objectIn(bag)
  return lengthOf(functionDeclarations ?? function_declarations) + Object.keys(hosted).length
}

/** A count of the whole request, with its system text and tools. */
export const counting: Counting = {
  write: (body, model) => ({ generateContentRequest: { ...requestIn(body), model: model.startsWith('models/') ? model : `models/${model}` } }),
  read: ({ totalTokens: tokens }) => (typeof tokens === 'number' ? tokens : undefined),
}

export const writeCount = (tokens: number): JsonObject => ({ totalTokens: tokens })
