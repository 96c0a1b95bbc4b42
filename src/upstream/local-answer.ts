/** What the built-in provider answers, in the grammar of Chat Completions or of a small form: `docs/omni-runtime.md` tells users. */

import { randomUUID } from 'node:crypto'
import { now } from '../base/clock.ts'
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { answerForm } from './local-forms.ts'

/** A piece of the answer, `afterMs` milliseconds after the one before. */
export interface Step {
  readonly afterMs: number
  readonly text: string
  /** The connection is lost here. */
  readonly cut?: boolean
}

export interface LocalAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly firstByteMs: number
  readonly steps: readonly Step[]
}

const greeting = 'Hello from Omni Gateway. This answer was made on your own machine, and no provider was called.'
const minute = 60_000

/** The models: `smoke` answers; `fail-<status>` refuses; the others break in the way their name says. */
export function planAnswer(path: string, asked: JsonObject): LocalAnswer {
  const model = String(asked.model)
  const form = answerForm(path, asked)
  const body = form ? { ...asked, stream: false } : asked
  const status = /^fail-([45]\d\d)$/.exec(model)?.[1]
  if (status !== undefined) return refuse(Number(status))
  const pieces = body.stream === true ? streamed(body, model) : [JSON.stringify(form ?? whole(body, model))]
  const steps = pieces.map((text): Step => ({ afterMs: 0, text }))
  const half = Math.ceil(steps.length / 2)
  switch (model) {
    case 'smoke':
      return answer(body, steps)
    case 'fail-cut':
      return answer(body, [...(steps.length > 1 ? steps.slice(0, half) : [{ afterMs: 0, text: pieces[0]!.slice(0, 40) }]), { afterMs: 0, text: '', cut: true }])
    case 'fail-slow':
      return {
        ...answer(
          body,
          steps.map((step) => ({ ...step, afterMs: 300 })),
        ),
        firstByteMs: 3000,
      }
    case 'fail-stall':
      return answer(body, [...steps.slice(0, half), { afterMs: 60 * minute, text: '' }])
    case 'fail-timeout':
      return { ...answer(body, steps), firstByteMs: 60 * minute }
    case 'fail-broken':
      return answer(body, [...steps.slice(0, half - 1), { afterMs: 0, text: body.stream === true ? 'data: {"broken":\n\n' : '{"broken":' }])
    case 'fail-empty':
      return answer(body, [])
    default:
      return refuse(404)
  }
}

function answer(body: JsonObject, steps: readonly Step[]): LocalAnswer {
  return { status: 200, headers: { 'content-type': body.stream === true ? 'text/event-stream' : 'application/json' }, firstByteMs: 0, steps }
}

const codes: Readonly<Record<number, string>> = { 401: 'invalid_api_key', 404: 'model_not_found', 429: 'rate_limit_exceeded' }

function refuse(status: number): LocalAnswer {
  const error = { message: `The built-in provider was asked to fail with ${status}.`, type: 'built_in_failure', param: null, code: codes[status] ?? null }
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (status === 429 || status === 503) headers['retry-after'] = '1'
  return { status, headers, firstByteMs: 0, steps: [{ afterMs: 0, text: JSON.stringify({ error }) }] }
}

interface Said {
  readonly content: string | null
  readonly calls: readonly JsonObject[]
}

function whole(body: JsonObject, model: string): JsonObject {
  const { content, calls } = say(body)
  const message: JsonObject = { role: 'assistant', content, refusal: null, annotations: [] }
  if (calls.length > 0) message.tool_calls = [...calls]
  const choice: JsonObject = { index: 0, message, logprobs: null, finish_reason: calls.length > 0 ? 'tool_calls' : 'stop' }
  return { ...head('chat.completion', model), choices: [choice], usage: usageOf(body, content, calls) }
}

function streamed(body: JsonObject, model: string): string[] {
  const { content, calls } = say(body)
  const stamp = head('chat.completion.chunk', model)
  const chunk = (delta: JsonObject, finish: string | null = null) =>
    `data: ${JSON.stringify({ ...stamp, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] })}\n\n`
  const frames = [chunk({ role: 'assistant', content: '', refusal: null })]
  for (const word of content?.match(/\S+\s*/g) ?? []) frames.push(chunk({ content: word }))
  calls.forEach((call, index) => {
    const made = call.function as JsonObject
    frames.push(chunk({ tool_calls: [{ index, id: call.id!, type: 'function', function: { name: made.name!, arguments: '' } }] }))
    frames.push(chunk({ tool_calls: [{ index, function: { arguments: made.arguments! } }] }))
  })
  frames.push(chunk({}, calls.length > 0 ? 'tool_calls' : 'stop'))
  const options = body.stream_options
  if (isObject(options) && options.include_usage === true)
    frames.push(`data: ${JSON.stringify({ ...stamp, choices: [], usage: usageOf(body, content, calls) })}\n\n`)
  return [...frames, 'data: [DONE]\n\n']
}

function head(object: string, model: string): JsonObject {
  return { id: `chatcmpl-${randomUUID()}`, object, created: Math.floor(now() / 1000), model, system_fingerprint: null, service_tier: null }
}

function say(body: JsonObject): Said {
  const messages = Array.isArray(body.messages) ? body.messages.filter(isObject) : []
  const last = messages.at(-1)
  const tool = last?.role === 'tool' ? undefined : askedTool(body, textOf(last?.content))
  if (tool !== undefined) {
    const input = JSON.stringify(isObject(tool.parameters) ? example(tool.parameters) : {})
    return {
      content: null,
      calls: [{ id: `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`, type: 'function', function: { name: String(tool.name), arguments: input } }],
    }
  }
  if (last?.role === 'tool') return { content: 'Thank you: the tool’s answer has arrived.', calls: [] }
  const format = body.response_format
  if (isObject(format) && isObject(format.json_schema) && isObject(format.json_schema.schema))
    return { content: JSON.stringify(example(format.json_schema.schema)), calls: [] }
  if (isObject(format) && format.type === 'json_object') return { content: '{"answer":"hello"}', calls: [] }
  return { content: greeting, calls: [] }
}

/** A tool is called when the choice demands it, or when the last message says `call NAME`. */
function askedTool(body: JsonObject, text: string): JsonObject | undefined {
  const offered = Array.isArray(body.tools)
    ? body.tools
        .filter(isObject)
        .map((tool) => tool.function)
        .filter(isObject)
    : []
  const choice = body.tool_choice
  if (choice === 'none') return undefined
  if (choice === 'required') return offered[0]
  if (isObject(choice) && isObject(choice.function)) {
    const { name } = choice.function
    return offered.find((tool) => tool.name === name)
  }
  return offered.find((tool) => text.includes(`call ${String(tool.name)}`))
}

function textOf(content: Json | undefined): string {
  if (typeof content === 'string') return content
  return Array.isArray(content) ? content.map((part) => (isObject(part) && typeof part.text === 'string' ? part.text : '')).join(' ') : ''
}

/** The smallest value that a JSON Schema takes, as far as types, enumerations and required properties say; `depth` bounds recursion. */
function example(schema: JsonObject, depth = 0): Json {
  if (depth > 16) return null
  if (schema.const !== undefined) return schema.const
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return schema.enum[0]!
  const kind = Array.isArray(schema.type) ? schema.type[0] : schema.type
  switch (String(kind ?? (isObject(schema.properties) ? 'object' : 'null')).toLowerCase()) {
    case 'string':
      return 'text'
    case 'integer':
    case 'number':
      return typeof schema.minimum === 'number' ? schema.minimum : 1
    case 'boolean':
      return true
    case 'array':
      return isObject(schema.items) && typeof schema.minItems === 'number' && schema.minItems > 0 ? [example(schema.items, depth + 1)] : []
    case 'object':
      return exampleObject(schema, depth)
    default:
      return null
  }
}

function exampleObject(schema: JsonObject, depth: number): JsonObject {
  const properties = isObject(schema.properties) ? schema.properties : {}
  // A name that is required twice would make the work double at every depth.
  const required = new Set(Array.isArray(schema.required) ? schema.required : [])
  const made: JsonObject = {}
  for (const name of required) {
    const property = properties[String(name)]
    made[String(name)] = isObject(property) ? example(property, depth + 1) : null
  }
  return made
}

/** Four bytes are taken for a token. */
function usageOf(body: JsonObject, content: string | null, calls: readonly JsonObject[]): JsonObject {
  const prompt = Math.ceil(JSON.stringify(body.messages ?? []).length / 4)
  const completion = Math.ceil(((content ?? '').length + (calls.length > 0 ? JSON.stringify(calls).length : 0)) / 4)
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0 },
  }
}
