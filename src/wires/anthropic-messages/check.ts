/** What a Messages body must look like to be read. Unknown fields, blocks and tool keys are the provider's to judge. https://platform.claude.com/docs/en/api/messages */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { Failure } from '../../canonical/failure.ts'
import {
  anything,
  both,
  check,
  checkBody,
  fields,
  flag,
  forbiddenFields,
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
  type Check,
} from '../check.ts'

/** Zero tokens are a question too: it fills the vendor's cache. */
const tokens = check((value) => Number.isSafeInteger(value) && (value as number) >= 0, 'an integer of at least 0')

const source = fields({ source: fields({ type: text }, ['type']) }, ['source'])

const blocksWith = (result: Check): Check =>
  listOf(
    tagged(
      'type',
      {
        text: fields({ text, citations: orNull(list) }, ['text']),
        thinking: fields({ thinking: text, signature: orNull(text) }, ['thinking']),
        redacted_thinking: fields({ data: text }, ['data']),
        tool_use: fields({ id: text, name: text, input: object }, ['id', 'name', 'input']),
        tool_result: result,
        image: source,
        document: source,
      },
      anything,
    ),
  )

const result = fields({ tool_use_id: text, content: orNull(textOr(blocksWith(anything))), is_error: orNull(flag) }, ['tool_use_id'])
const content = textOr(blocksWith(result))
const message = fields({ role: oneOf(['user', 'assistant', 'system']), content }, ['role', 'content'])

/** Whether the vendor runs a tool, or at least defined it; the others are functions of the client's. */
export function isHosted(tool: JsonObject): boolean {
  return typeof tool.type === 'string' && tool.type !== 'custom' && tool.type !== 'function'
}

const functionTool = fields({ name: text, description: orNull(text), input_schema: orNull(object), strict: orNull(flag) }, ['name'])
const tool: Check = (value) => (isObject(value) && isHosted(value) ? undefined : functionTool(value))

const whole = fields(
  {
    ...forbiddenFields,
    model: text,
    messages: both(listOf(message), isFilled),
    system: orNull(content),
    max_tokens: tokens,
    tools: orNull(listOf(tool)),
    tool_choice: orNull(fields({ type: text, name: text, disable_parallel_tool_use: orNull(flag) }, ['type'])),
    thinking: orNull(fields({ type: text, budget_tokens: tokens }, ['type'])),
    output_config: orNull(fields({ effort: orNull(text), format: orNull(object) })),
    output_format: orNull(object),
    metadata: orNull(fields({ user_id: orNull(text) })),
    stop_sequences: orNull(texts),
    temperature: orNull(number),
    top_p: orNull(number),
    top_k: orNull(tokens),
    stream: orNull(flag),
  },
  ['model', 'messages'],
)

/**
 * Throws `Failure`: `invalid_type`, `invalid_value`, `missing_parameter` or `forbidden_parameter`, with the path of the first flaw.
 * `max_tokens` may be missing, since a request to count tokens has none: see `checkMaxTokens`.
 */
export function checkRequest(body: JsonObject): void {
  checkBody(body, whole)
}

/** The wire wants a limit with every question. For the caller who knows that the body is one. */
export function checkMaxTokens({ max_tokens }: { readonly max_tokens?: Json }): void {
  if (max_tokens === undefined) throw new Failure('missing_parameter', 'max_tokens is missing.', { param: 'max_tokens' })
}
