/** What a body must look like to be read, in both spellings of its names. Unknown fields, parts and tools are the provider's to judge. https://ai.google.dev/api/generate-content */

import type { JsonObject } from '../../base/json.ts'
import { requestIn } from './own.ts'
import {
  anything,
  both,
  check,
  checkBody,
  fields,
  flag,
  forbiddenFields,
  isFilled,
  listOf,
  number,
  object,
  orNull,
  text,
  textOr,
  texts,
  type Check,
} from '../check.ts'

type Checks = { readonly [field: string]: Check }

/** The same under Google's second names. */
function inBothNames(checks: Checks): Checks {
  const snakes = Object.entries(checks).map(([name, inner]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), inner] as const)
  return { ...checks, ...Object.fromEntries(snakes) }
}

const fieldsOf = (checks: Checks, required: readonly string[] = []): Check => fields(inBothNames(checks), required)

/** One alone, or a list of them. */
const oneOrMore = (inner: Check): Check => {
  const many = listOf(inner)
  return (value) => (Array.isArray(value) ? many(value) : inner(value))
}

const tokens = check((value) => Number.isSafeInteger(value), 'an integer')

const part = fieldsOf({
  text,
  thought: orNull(flag),
  thoughtSignature: orNull(text),
  inlineData: fieldsOf({ mimeType: text, data: text }),
  fileData: fieldsOf({ mimeType: text, fileUri: text }),
  functionCall: fieldsOf({ id: orNull(text), name: text, args: orNull(object) }),
  functionResponse: fieldsOf({ id: orNull(text), name: text, response: object, parts: oneOrMore(object) }),
})

const content = fieldsOf({ role: orNull(text), parts: orNull(oneOrMore(part)) })

const declared = fieldsOf({ name: text, description: orNull(text), parameters: orNull(object), parametersJsonSchema: orNull(object) }, ['name'])

const config = fieldsOf({
  maxOutputTokens: orNull(tokens),
  temperature: orNull(number),
  topP: orNull(number),
  topK: orNull(number),
  candidateCount: orNull(tokens),
  stopSequences: orNull(texts),
  responseMimeType: orNull(text),
  responseSchema: orNull(object),
  responseJsonSchema: orNull(anything),
  responseModalities: orNull(texts),
  thinkingConfig: orNull(object),
})

const contents = oneOrMore(content)

const whole = fields(
  {
    ...forbiddenFields,
    ...inBothNames({
      contents: both(contents, (value) => (Array.isArray(value) ? isFilled(value) : undefined)),
      systemInstruction: orNull(textOr(content)),
      tools: orNull(oneOrMore(fieldsOf({ functionDeclarations: orNull(oneOrMore(declared)) }))),
      toolConfig: orNull(object),
      generationConfig: orNull(config),
    }),
  },
  ['contents'],
)

/** Throws `Failure`: `invalid_type`, `invalid_value`, `missing_parameter` or `forbidden_parameter`, with the path of the first flaw. */
export function checkRequest(body: JsonObject): void {
  checkBody(requestIn(body), whole)
}
