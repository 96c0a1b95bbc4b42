/** What a Completions request must look like to be read. https://platform.openai.com/docs/api-reference/completions/create */

import type { Json, JsonObject } from '../../base/json.ts'
import { check, checkBody, count, countTo, fields, flag, forbiddenFields, integer, number, object, orNull, text, textOrTexts } from '../check.ts'

const isTokens = (value: Json) => Array.isArray(value) && value.length > 0 && value.every((token) => Number.isSafeInteger(token))
const isPrompt = (value: Json) =>
  typeof value === 'string' ||
  isTokens(value) ||
  (Array.isArray(value) && value.length > 0 && (value.every((item) => typeof item === 'string') || value.every(isTokens)))

const request = fields(
  {
    ...forbiddenFields,
    model: text,
    prompt: check(isPrompt, 'a string, a list of strings, or tokens'),
    suffix: orNull(text),
    max_tokens: orNull(count),
    temperature: orNull(number),
    top_p: orNull(number),
    n: orNull(countTo(128)),
    best_of: orNull(countTo(128)),
    stream: orNull(flag),
    stream_options: orNull(fields({ include_usage: orNull(flag) })),
    logprobs: orNull(integer),
    echo: orNull(flag),
    stop: orNull(textOrTexts),
    presence_penalty: orNull(number),
    frequency_penalty: orNull(number),
    logit_bias: orNull(object),
    seed: orNull(integer),
    user: orNull(text),
  },
  ['model', 'prompt'],
)

/** Throws `Failure` with the path of the first flaw. */
export function checkRequest(body: JsonObject): void {
  checkBody(body, request)
}
