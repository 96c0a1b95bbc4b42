/** Moderations as OpenAI spells them, and Mistral's, which are near. https://platform.openai.com/docs/api-reference/moderations https://docs.mistral.ai/api/#tag/classifiers */

import { isObject, asText, type Json, type JsonObject } from '../../base/json.ts'
import { Failure } from '../../canonical/failure.ts'
import type { Moderation, ModerationAnswer, ModerationRequest } from '../../canonical/forms.ts'
import { both, check, checkBody, fields, forbiddenFields, isFilled, lengthOf, listOf, object, orNull, text, textOr } from '../check.ts'
import { unsayable } from '../losses.ts'
import { readError, writeError } from '../openai-chat/error.ts'
import { outlineOf, ownFields, restOf, type Dialect, type UpstreamDialect, type Wanted } from './dialect.ts'
import { weighAll } from '../weigh.ts'

const part = both(
  object,
  check((value) => typeof (value as JsonObject).type === 'string', 'a string or a part with `type`'),
)
const request = fields({ ...forbiddenFields, model: orNull(text), input: textOr(both(listOf(textOr(part)), isFilled)) }, ['input'])

function readRequest(body: JsonObject): ModerationRequest {
  const { model, input } = body
  const inputs = (Array.isArray(input) ? input : [input]) as (string | JsonObject)[]
  // Parts are of one content, which has one verdict.
  const shaping = inputs.some(isObject) ? { shaping: 'input' } : {}
  return {
    model: asText(model),
    inputs,
    ...restOf('openai-moderations', body, ['model', 'input'], { ...shaping, spelled: { input: Array.isArray(input) ? 'list' : 'one' } }),
  }
}

function writeRequest(asked: ModerationRequest): JsonObject {
  const { model, inputs, rest } = asked
  return { model, input: rest.spelled?.input === 'one' ? inputs[0]! : [...inputs], ...ownFields('openai-moderations', asked) }
}

/** It knows texts alone, and asks back by its own categories. */
function writeMistral({ model, inputs }: ModerationRequest): JsonObject {
  if (inputs.some(isObject)) throw unsayable('input')
  return { model, input: [...inputs] }
}

function readResponse({ id, model, results, usage }: JsonObject, { inputs, rest }: ModerationRequest): ModerationAnswer {
  if (!Array.isArray(results) || results.length !== (rest.shaping ? 1 : inputs.length))
    throw new Failure('upstream_invalid_response', 'The provider’s answer does not hold one verdict for each input.')
  const input = isObject(usage) ? usage.prompt_tokens : undefined
  return {
    ...(typeof id === 'string' && { id }),
    ...(typeof model === 'string' && { model }),
    moderations: results.map(readModeration),
    usage: typeof input === 'number' ? { input, output: 0 } : {},
  }
}

/** Mistral gives no word on the whole: one category is enough. */
function readModeration(result: Json): Moderation {
  const { flagged, categories, category_scores: scores } = isObject(result) ? result : {}
  if (!isObject(categories)) throw new Failure('upstream_invalid_response', 'The provider’s answer has no categories.')
  return {
    isFlagged: typeof flagged === 'boolean' ? flagged : Object.values(categories).includes(true),
    categories: categories as Moderation['categories'],
    scores: (isObject(scores) ? scores : {}) as Moderation['scores'],
  }
}

function writeResponse(answer: ModerationAnswer, { asked, id }: Wanted<'moderations'>): JsonObject {
  return {
    id: answer.id ?? id,
    model: answer.model ?? asked.model,
    results: answer.moderations.map(({ isFlagged, categories, scores }) => ({
      flagged: isFlagged,
      categories: { ...categories },
      category_scores: { ...scores },
      // Whoever is asked in other words than OpenAI's is given texts alone.
      category_applied_input_types: Object.fromEntries(Object.keys(categories).map((category) => [category, ['text']])),
    })),
  }
}

export const openaiModerations: Dialect<'moderations'> = {
  name: 'openai-moderations',
  form: 'moderations',
  promptFields: ['input'],
  outline: ({ input }) => outlineOf(Array.isArray(input) ? lengthOf(input) : 1, weighAll(input)),
  checkRequest: (body) => checkBody(body, request),
  readRequest,
  writeRequest,
  readResponse,
  writeResponse,
  readError,
  writeError,
}

export const mistralModerations: UpstreamDialect<'moderations'> = {
  name: 'mistral-moderations',
  form: 'moderations',
  writeRequest: writeMistral,
  readResponse,
  readError,
}
