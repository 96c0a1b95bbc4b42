/** What a Chat Completions request must look like to be read. https://platform.openai.com/docs/api-reference/chat/create */

import type { JsonObject } from '../../base/json.ts'
import {
  anything,
  both,
  check,
  checkBody,
  count,
  countTo,
  fields,
  flag,
  forbiddenFields,
  integer,
  isFilled,
  listOf,
  number,
  object,
  oneOf,
  orNull,
  tagged,
  text,
  textOr,
  textOrTexts,
  texts,
} from '../check.ts'

/** The words of the wire, and `default`, by which some models are told to think as they always do. */
const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'default']

const dataUrl = check((value) => /^data:[^;,]+;base64,/.test(value as string), 'a data URL in base64', 'invalid_value')

const parts = listOf(
  tagged(
    'type',
    {
      text: fields({ text }, ['text']),
      refusal: fields({ refusal: text }, ['refusal']),
      image_url: fields({ image_url: textOr(fields({ url: text, detail: orNull(text) }, ['url'])) }, ['image_url']),
      input_audio: fields({ input_audio: fields({ data: text, format: text }, ['data', 'format']) }, ['input_audio']),
      file: fields({ file: fields({ file_data: both(text, dataUrl), file_id: text, filename: orNull(text) }) }, ['file']),
    },
    anything,
  ),
)

const content = textOr(parts)

const calls = listOf(
  fields({
    id: text,
    type: text,
    function: fields({ name: text, arguments: text }, ['name', 'arguments']),
    custom: fields({ name: text, input: text }, ['name', 'input']),
  }),
)

const said = fields({ content, name: orNull(text) }, ['content'])

const messages = tagged(
  'role',
  {
    system: said,
    developer: said,
    user: said,
    assistant: fields({
      content: orNull(content),
      refusal: orNull(text),
      reasoning_content: orNull(text),
      tool_calls: orNull(calls),
      function_call: orNull(fields({ name: text, arguments: text }, ['name', 'arguments'])),
    }),
    tool: fields({ content: orNull(content), tool_call_id: text }, ['content']),
    function: fields({ content: orNull(content), name: text }, ['content', 'name']),
  },
  fields({ role: oneOf(['system', 'developer', 'user', 'assistant', 'tool', 'function']) }),
)

const declared = fields({ name: text, description: orNull(text), parameters: orNull(object), strict: orNull(flag) }, ['name'])

const request = fields(
  {
    ...forbiddenFields,
    model: text,
    messages: both(listOf(messages), isFilled),
    stream: orNull(flag),
    stream_options: orNull(fields({ include_usage: orNull(flag) })),
    temperature: orNull(number),
    top_p: orNull(number),
    top_k: orNull(integer),
    frequency_penalty: orNull(number),
    presence_penalty: orNull(number),
    seed: orNull(integer),
    n: orNull(countTo(128)),
    max_tokens: orNull(count),
    max_completion_tokens: orNull(count),
    stop: orNull(textOrTexts),
    logprobs: orNull(flag),
    top_logprobs: orNull(integer),
    logit_bias: orNull(object),
    user: orNull(text),
    metadata: orNull(object),
    modalities: orNull(texts),
    audio: orNull(object),
    reasoning_effort: orNull(oneOf(efforts)),
    response_format: orNull(tagged('type', { json_schema: fields({ json_schema: fields({ schema: orNull(object) }) }, ['json_schema']) }, anything)),
    tools: orNull(
      listOf(
        tagged(
          'type',
          { function: fields({ function: declared }, ['function']), custom: fields({ custom: fields({ name: text }, ['name']) }, ['custom']) },
          anything,
        ),
      ),
    ),
    tool_choice: orNull(textOr(fields({ type: text, function: fields({ name: text }, ['name']) }))),
    parallel_tool_calls: orNull(flag),
    functions: orNull(listOf(declared)),
    function_call: orNull(textOr(fields({ name: text }, ['name']))),
    store: orNull(flag),
    service_tier: orNull(text),
    prediction: orNull(object),
  },
  ['model', 'messages'],
)

/** Throws `Failure`: `invalid_type`, `invalid_value`, `missing_parameter` or `forbidden_parameter`, with the path of the first flaw. */
export function checkRequest(body: JsonObject): void {
  checkBody(body, request)
}
