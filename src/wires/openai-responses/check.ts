/** What a Responses request must look like to be read. https://platform.openai.com/docs/api-reference/responses/create */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import {
  anything,
  both,
  checkBody,
  count,
  fields,
  flag,
  forbiddenFields,
  integer,
  list,
  listOf,
  number,
  object,
  oneOf,
  orNull,
  tagged,
  text,
  textOr,
  texts,
  type Check,
} from '../check.ts'

const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

const parts = listOf(
  tagged(
    'type',
    {
      input_text: fields({ text }, ['text']),
      output_text: fields({ text, annotations: orNull(list) }, ['text']),
      refusal: fields({ refusal: text }, ['refusal']),
      input_image: fields({ image_url: orNull(text), file_id: orNull(text), detail: orNull(text) }),
      input_file: fields({ file_data: orNull(text), file_id: orNull(text), file_url: orNull(text), filename: orNull(text) }),
    },
    anything,
  ),
)

const message = fields({ role: oneOf(['user', 'assistant', 'system', 'developer']), content: textOr(parts) }, ['role', 'content'])
const output = fields({ call_id: text, output: orNull(textOr(parts)) }, ['call_id', 'output'])

const typed = tagged(
  'type',
  {
    message,
    reasoning: fields({ summary: orNull(list), content: orNull(list), encrypted_content: orNull(text) }),
    function_call: fields({ call_id: text, name: text, arguments: text, namespace: orNull(text) }, ['call_id', 'name', 'arguments']),
    function_call_output: output,
    custom_tool_call: fields({ call_id: text, name: text, input: text, namespace: orNull(text) }, ['call_id', 'name', 'input']),
    custom_tool_call_output: output,
    item_reference: fields({ id: text }, ['id']),
  },
  anything,
)

/** A message needs no type. */
const item: Check = (value) => (isObject(value) && value.type === undefined && value.role !== undefined ? message(value) : typed(value))

const named = fields({ name: text, description: orNull(text) }, ['name'])
const plainTools = { function: both(named, fields({ parameters: orNull(object), strict: orNull(flag) })), custom: named }
const tools = tagged(
  'type',
  { ...plainTools, namespace: fields({ name: text, tools: listOf(tagged('type', plainTools, named)) }, ['name', 'tools']) },
  anything,
)

const format = tagged('type', { json_schema: fields({ schema: object, name: text, strict: orNull(flag) }, ['schema']) }, anything)

const inputs = ['input', 'prompt', 'conversation', 'previous_response_id']
const noInput = { path: 'input', says: 'is missing', reason: 'missing_parameter' } as const

/** Without input there must be something else to go on from. */
const hasInput: Check = (value) => (inputs.some((field) => isSaid((value as JsonObject)[field])) ? undefined : noInput)
const isSaid = (value: Json | undefined): boolean => value !== undefined && value !== null

const request = both(
  fields(
    {
      ...forbiddenFields,
      model: text,
      input: orNull(textOr(listOf(item))),
      instructions: orNull(text),
      stream: orNull(flag),
      temperature: orNull(number),
      top_p: orNull(number),
      max_output_tokens: orNull(count),
      max_tool_calls: orNull(count),
      top_logprobs: orNull(integer),
      reasoning: orNull(fields({ effort: orNull(oneOf(efforts)), summary: orNull(text) })),
      text: orNull(fields({ format: orNull(format), verbosity: orNull(text) })),
      tools: orNull(listOf(tools)),
      tool_choice: orNull(textOr(fields({ type: text }, ['type']))),
      parallel_tool_calls: orNull(flag),
      include: orNull(texts),
      metadata: orNull(object),
      client_metadata: orNull(object),
      store: orNull(flag),
      background: orNull(flag),
      previous_response_id: orNull(text),
      conversation: orNull(textOr(object)),
      prompt: orNull(object),
      user: orNull(text),
      safety_identifier: orNull(text),
      prompt_cache_key: orNull(text),
      service_tier: orNull(text),
      truncation: orNull(text),
    },
    ['model'],
  ),
  hasInput,
)

/** Throws `Failure`: `invalid_type`, `invalid_value`, `missing_parameter` or `forbidden_parameter`, with the path of the first flaw. */
export function checkRequest(body: JsonObject): void {
  checkBody(body, request)
}
