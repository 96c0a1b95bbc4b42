/** What a Converse body must look like to be read. Unknown fields and blocks are the provider's to judge. */

import type { JsonObject } from '../../base/json.ts'
import { both, checkBody, count, fields, flag, forbiddenFields, isFilled, list, listOf, number, object, oneOf, text, texts } from '../check.ts'

const medium = fields({ source: object }, ['source'])
const block = fields({
  text,
  image: medium,
  audio: medium,
  video: medium,
  document: medium,
  toolUse: fields({ toolUseId: text, name: text, input: object }, ['toolUseId', 'name', 'input']),
  toolResult: fields({ toolUseId: text, content: listOf(object), status: oneOf(['success', 'error']) }, ['toolUseId', 'content']),
  reasoningContent: object,
  citationsContent: object,
  cachePoint: object,
})

const message = fields({ role: oneOf(['user', 'assistant']), content: listOf(block) }, ['role', 'content'])
const tool = fields({ toolSpec: fields({ name: text, description: text, inputSchema: object, strict: flag }, ['name', 'inputSchema']) })

const whole = fields(
  {
    ...forbiddenFields,
    messages: both(listOf(message), isFilled),
    system: listOf(fields({ text })),
    inferenceConfig: fields({ maxTokens: count, temperature: number, topP: number, stopSequences: texts }),
    toolConfig: fields({ tools: listOf(tool), toolChoice: object }, ['tools']),
    outputConfig: object,
    additionalModelRequestFields: object,
    additionalModelResponseFieldPaths: list,
  },
  ['messages'],
)

/** Throws `Failure`: `invalid_type`, `invalid_value`, `missing_parameter` or `forbidden_parameter`, with the path of the first flaw. */
export function checkRequest(body: JsonObject): void {
  checkBody(body, whole)
}
