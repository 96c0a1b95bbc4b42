/** What a chat request must look like to be read. Unknown fields and parts are the provider's to judge. https://docs.cohere.com/reference/chat */

import type { JsonObject } from '../../base/json.ts'
import {
  anything,
  both,
  check,
  checkBody,
  fields,
  flag,
  forbiddenFields,
  integer,
  isFilled,
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
} from '../check.ts'

const count = check((value) => Number.isSafeInteger(value) && (value as number) >= 0, 'an integer of at least 0')

const parts = listOf(
  tagged(
    'type',
    {
      text: fields({ text }, ['text']),
      thinking: fields({ thinking: text }, ['thinking']),
      image_url: fields({ image_url: textOr(fields({ url: text, detail: orNull(text) }, ['url'])) }, ['image_url']),
      document: fields({ document: textOr(fields({ data: textOr(object), id: orNull(text) }, ['data'])) }, ['document']),
    },
    anything,
  ),
)
const content = textOr(parts)
const said = fields({ content }, ['content'])
const calls = listOf(fields({ id: text, function: fields({ name: text, arguments: orNull(text) }, ['name']) }, ['id', 'function']))

const messages = tagged(
  'role',
  {
    system: said,
    user: said,
    assistant: fields({ content: orNull(content), tool_plan: orNull(text), tool_calls: orNull(calls), citations: orNull(list) }),
    tool: fields({ tool_call_id: text, content }, ['tool_call_id', 'content']),
  },
  fields({ role: oneOf(['system', 'user', 'assistant', 'tool']) }),
)

const tool = fields({ function: fields({ name: text, description: orNull(text), parameters: orNull(object) }, ['name']) })

const whole = fields(
  {
    ...forbiddenFields,
    model: text,
    messages: both(listOf(messages), isFilled),
    stream: orNull(flag),
    tools: orNull(listOf(tool)),
    strict_tools: orNull(flag),
    tool_choice: orNull(oneOf(['REQUIRED', 'NONE'])),
    documents: orNull(listOf(textOr(object))),
    citation_options: orNull(fields({ mode: orNull(text) })),
    response_format: orNull(fields({ type: text, json_schema: orNull(object) }, ['type'])),
    safety_mode: orNull(text),
    max_tokens: orNull(count),
    stop_sequences: orNull(texts),
    temperature: orNull(number),
    seed: orNull(integer),
    frequency_penalty: orNull(number),
    presence_penalty: orNull(number),
    k: orNull(count),
    p: orNull(number),
    logprobs: orNull(flag),
    thinking: orNull(fields({ type: text, token_budget: orNull(count) }, ['type'])),
    priority: orNull(integer),
  },
  ['model', 'messages'],
)

/** Throws `Failure`: `invalid_type`, `invalid_value`, `missing_parameter` or `forbidden_parameter`, with the path of the first flaw. */
export function checkRequest(body: JsonObject): void {
  checkBody(body, whole)
}
