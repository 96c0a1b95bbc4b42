/** Requests, read and written. */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { ChatRequest } from '../../canonical/chat.ts'
import { openaiChat } from '../openai-chat/index.ts'
import { unsayable, type Loss } from '../losses.ts'
import type { ModelTraits } from '../traits.ts'
import { weighAll } from '../weigh.ts'
import type { Outline, StreamOptions } from '../wire.ts'

const name = 'openai-completions'

/** How many prompts there are; each is answered for itself. */
const promptsIn = (prompt: Json | undefined): number => (Array.isArray(prompt) && typeof prompt[0] !== 'number' ? prompt.length : 1)

export function outline({ max_tokens: maxTokens, temperature, n, prompt, suffix }: JsonObject): Outline {
  const prompts = promptsIn(prompt)
  const choices = prompts === 1 ? n : prompts * (typeof n === 'number' ? n : 1)
  return { maxTokens, temperature, choices, wantsJson: false, messages: prompts, tools: 0, weights: weighAll(prompt, suffix) }
}

/** Fields without which the answer would be another: a chat cannot be told them. */
const shaping = { suffix: isSaid, echo: (value: Json) => value === true, logprobs: isSaid } as const

function isSaid(value: Json): boolean {
  return value !== null && value !== ''
}

/** Only for other wires: what is passed on is not read. Throws `Failure` for what is not one text to go on with. */
export function readRequest(body: JsonObject): ChatRequest {
  const { prompt, stream_options: options, best_of: bestOf, ...others } = body
  const [said] = Array.isArray(prompt) ? prompt : [prompt]
  if (promptsIn(prompt) > 1 || typeof said !== 'string') throw unsayable('prompt')
  for (const [field, isAsked] of Object.entries(shaping)) if (isAsked(body[field] ?? null)) throw unsayable(field)
  const fields = Object.fromEntries(Object.entries(others).filter(([field]) => !Object.hasOwn(shaping, field)))
  const { rest, ...request } = openaiChat.readRequest({ ...fields, messages: [{ role: 'user', content: said }] })
  const left = { ...rest.fields, ...(bestOf !== undefined && bestOf !== 1 && { best_of: bestOf }) }
  const tellsUsage = isObject(options) && options.include_usage === true
  return { ...request, rest: { wire: name, fields: left, spelled: { usage: tellsUsage ? 'told' : 'untold' } } }
}

/** The options of a Chat Completions writer, which looks into the request for whether usage is wanted. */
export function asChat(options: StreamOptions): StreamOptions {
  const tellsUsage = options.asked.rest.spelled?.usage === 'told'
  return { ...options, asked: { ...options.asked, rest: { wire: openaiChat.name, fields: tellsUsage ? { stream_options: { include_usage: true } } : {} } } }
}

/** One question, and nothing before it. */
export function writeRequest(request: ChatRequest, target: ModelTraits, lose: Loss): JsonObject {
  const { messages, max_completion_tokens: maxTokens, ...body } = openaiChat.writeRequest(request, target, lose)
  const [turn, ...more] = messages as JsonObject[]
  if (turn?.role !== 'user' || typeof turn.content !== 'string' || more.length > 0) throw unsayable('messages')
  return { ...body, prompt: turn.content, ...(maxTokens !== undefined && { max_tokens: maxTokens }) }
}
