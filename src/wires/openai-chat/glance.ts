/** A whole answer that is passed on, looked at only as far as a receipt needs. */

import { isObject, type JsonObject } from '../../base/json.ts'
import type { Glance, Usage } from '../../canonical/chat.ts'
import { weighAnswer } from '../weigh.ts'
import { readBeside, readFinish } from './usage.ts'

/** Undefined where it is not the plain case of one good choice with its usage: then it is read whole. */
export function glance(body: JsonObject): Glance | undefined {
  const { id, model, choices, usage, error, detail } = body
  if ((error !== undefined && error !== null) || detail !== undefined || !isObject(usage) || !Array.isArray(choices) || choices.length !== 1) return undefined
  const choice = choices[0]
  if (!isObject(choice) || !isObject(choice.message) || choice.error !== undefined || typeof choice.finish_reason !== 'string') return undefined
  const counted = countUsage(usage)
  if (counted === undefined) return undefined
  const calls = choice.message.tool_calls
  const toolCalls = Array.isArray(calls) ? calls.length : choice.message.function_call ? 1 : 0
  return {
    id: typeof id === 'string' ? id : '',
    model: typeof model === 'string' ? model : '',
    finish: readFinish(choice.finish_reason, toolCalls > 0),
    usage: counted,
    toolCalls,
    said: weighAnswer(choice.message),
  }
}

function countUsage(usage: JsonObject): Usage | undefined {
  const { prompt_tokens: input, completion_tokens: output, total_tokens: total, prompt_tokens_details: prompt, completion_tokens_details: completion } = usage
  if (typeof input !== 'number' || typeof output !== 'number' || input + output !== total) return undefined
  const into = isObject(prompt) ? prompt : none
  const out = isObject(completion) ? completion : none
  return {
    input,
    output,
    cacheRead: count(into.cached_tokens) ?? readBeside(usage),
    cacheWrite: count(into.cache_write_tokens),
    audioInput: count(into.audio_tokens),
    imageInput: count(into.image_tokens),
    reasoning: count(out.reasoning_tokens),
    audioOutput: count(out.audio_tokens),
  }
}

const none: JsonObject = {}

function count(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
