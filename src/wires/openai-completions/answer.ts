/** Answers and frames, from texts to messages and back: all that stands around them is the same on both wires. */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'

/** What the words of a choice stand in on the other wire: `message` of an answer, `delta` of a frame. */
type Place = 'message' | 'delta'

function mapChoices(body: JsonObject, object: string, map: (choice: JsonObject) => JsonObject): JsonObject {
  const { choices } = body
  return Array.isArray(choices) ? { ...body, object, choices: choices.map((choice: Json) => (isObject(choice) ? map(choice) : choice)) } : body
}

/** A choice without its text stays so: then it is no answer there either. */
const chatChoice =
  (place: Place) =>
  ({ text, ...choice }: JsonObject): JsonObject =>
    typeof text === 'string' ? { ...choice, [place]: { ...(place === 'message' && { role: 'assistant' }), content: text } } : choice

export const toChatAnswer = (body: JsonObject): JsonObject => mapChoices(body, 'chat.completion', chatChoice('message'))
export const toChatFrame = (body: JsonObject): JsonObject => mapChoices(body, 'chat.completion.chunk', chatChoice('delta'))

const order = { text: '', index: 0, logprobs: null, finish_reason: null }

/** Who offered no tools has no word for their call: the text has ended there. */
const finishOf = ({ finish_reason: reason }: JsonObject): JsonObject => (reason === 'tool_calls' || reason === 'function_call' ? { finish_reason: 'stop' } : {})

const completionChoice =
  (place: Place) =>
  ({ [place]: said, ...choice }: JsonObject): JsonObject => {
    const { content, refusal } = isObject(said) ? said : {}
    return { ...order, ...choice, ...finishOf(choice), text: typeof content === 'string' ? content : typeof refusal === 'string' ? refusal : '' }
  }

export const toCompletion = (body: JsonObject): JsonObject => mapChoices(body, 'text_completion', completionChoice('message'))

/** Undefined where nothing is said that this wire has a word for, as in the frame that only names the role. */
export function toCompletionFrame(body: JsonObject): JsonObject | undefined {
  const frame = mapChoices(body, 'text_completion', completionChoice('delta'))
  const choices = frame.choices as JsonObject[]
  return choices.length > 0 && choices.every(({ text, finish_reason: reason }) => text === '' && reason === null) ? undefined : frame
}
