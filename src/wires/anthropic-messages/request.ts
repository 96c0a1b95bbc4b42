/** Requests, read and written. */

import { isObject, present, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { ChatRequest, OutputFormat, Thinking, Turn } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { isThinking, lacksThought, readThinking, writeThinking, type Held } from '../claude-thinking.ts'
import { loseRest, type Loss } from '../losses.ts'
import { kept, own, spelling } from '../rest.ts'
import { bendSchema } from '../schema.ts'
import { claudeSchema } from '../schema-dialects.ts'
import type { ModelTraits } from '../traits.ts'
import { arrange, type Arranged } from './arrange.ts'
import { contentSpelling, readContent, writeContent } from './content.ts'
import { keepLastMarks } from './marks.ts'
import { readChoice, readTool, writeChoice, writeTool } from './tools.ts'
import { wire, type Writing } from './writing.ts'

/** The wire wants a limit; where nobody knows the model's own, this one is safe with every model. */
const defaultMaxTokens = 4096

export function readRequest(body: JsonObject): ChatRequest {
  const { model, system, messages, tools, tool_choice, stream, ...fields } = body
  const about = { ...asObject(fields.metadata) }
  const config = { ...asObject(fields.output_config) }
  const options = {
    ...readChoice(tool_choice),
    ...takeNumbers(fields),
    ...takeStops(fields),
    ...takeThinking(fields, config),
    ...(takeFormat(config, 'format') ?? takeFormat(fields, 'output_format')),
    ...takeUser(about),
  }
  leave(fields, 'metadata', about)
  leave(fields, 'output_config', config)
  if (Array.isArray(tools) && tools.length === 0) fields.tools = tools
  return {
    model: asText(model),
    turns: [...(system === undefined || system === null ? [] : [readSystem(system)]), ...asList(messages).map(readMessage)],
    tools: asList(tools).map(readTool),
    ...options,
    stream: stream === true,
    rest: { wire, fields, ...(stream === false && { spelled: { stream: 'false' } }) },
  }
}

const asObject = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})
const asList = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? (value as JsonObject[]) : [])

/** What was not taken out of a field's object stays in it. */
function leave(fields: JsonObject, name: string, left: JsonObject): void {
  if (Object.keys(left).length > 0) fields[name] = left
  else delete fields[name]
}

const numbers = [
  ['max_tokens', 'maxTokens'],
  ['temperature', 'temperature'],
  ['top_p', 'topP'],
  ['top_k', 'topK'],
] as const

function takeNumbers(fields: JsonObject): { readonly [word in (typeof numbers)[number][1]]?: number } {
  const taken: { [word in (typeof numbers)[number][1]]?: number } = {}
  for (const [field, word] of numbers) {
    const value = fields[field]
    if (typeof value !== 'number') continue
    taken[word] = value
    delete fields[field]
  }
  return taken
}

function takeStops(fields: JsonObject): { readonly stop?: readonly string[] } {
  const stop = asList(fields.stop_sequences) as unknown as string[]
  if (stop.length === 0) return {}
  delete fields.stop_sequences
  return { stop }
}

/** An effort that the form does not know stays where it was: the vendor may. */
function takeThinking(fields: JsonObject, config: JsonObject): { readonly thinking?: Thinking } {
  const thinking = readThinking(wire, fields.thinking, config.effort)
  delete fields.thinking
  if (thinking?.effort !== undefined) delete config.effort
  return thinking ? { thinking } : {}
}

/** `output_config.format`, or `output_format` as it was called before. */
function takeFormat(fields: JsonObject, field: string): { readonly format: OutputFormat } | undefined {
  const said = fields[field]
  if (!isObject(said) || said.type !== 'json_schema' || !isObject(said.schema)) return undefined
  delete fields[field]
  const { type: _, schema, ...others } = said
  return { format: { type: 'schema', schema, isHeld: true, ...kept(wire, others, field === 'format' ? undefined : { format: field }) } }
}

function takeUser(about: JsonObject): { readonly user?: string } {
  const { user_id: user } = about
  if (typeof user !== 'string') return {}
  delete about.user_id
  return { user }
}

function readSystem(content: Json): Turn {
  const blocks = readContent(content)
  return { role: 'system', blocks, ...kept(wire, {}, contentSpelling(content, blocks)) }
}

/** A system turn may stand among the messages too, where it holds from there on. */
function readMessage({ role, content, ...fields }: JsonObject): Turn {
  const blocks = readContent(content)
  const spelled = contentSpelling(content, blocks)
  return { role: role as Turn['role'], blocks, ...kept(wire, fields, role === 'system' ? { ...spelled, place: 'messages' } : spelled) }
}

/** Throws `Failure` where the model cannot be asked what the client asked: see `arrange`, and formats it cannot be held to. */
export function writeRequest(request: ChatRequest, target: ModelTraits, lose: Loss): JsonObject {
  loseRest(request, wire, lose)
  const left = own(wire, request.rest)
  const writing = { to: 'provider', lose } as const
  const { system, messages } = request.rest.wire === wire ? writeTurns(request.turns, writing) : arrange(request.turns, target, writing)
  const max_tokens = request.maxTokens ?? target.maxOutput ?? defaultMaxTokens
  const said = writeThinking(request, target, { wire, maxTokens: max_tokens, lacksThought: () => lacksThought(messages, holds) }, lose)
  const thinks = isThinking(said)
  const tools = request.tools.map((tool) => writeTool(tool, target, lose)).filter((tool) => tool !== undefined)
  const { output_format, format } = writeFormat(request, target)
  const body = {
    ...left,
    ...present({
      model: request.model,
      system,
      messages,
      ...(tools.length > 0 && { tools, tool_choice: writeChoice(request, thinks, lose) }),
      max_tokens,
      ...writeSampling(request, target, thinks, lose),
      stop_sequences: writeStops(request.stop, lose),
      metadata: join(left.metadata, { user_id: request.user }),
      thinking: said.thinking,
      output_config: join(left.output_config, { effort: said.effort, format }),
      output_format,
      stream: request.stream || (spelling(wire, request.rest, 'stream') ? false : undefined),
    }),
  }
  keepLastMarks(body, lose)
  return body
}

const types: { readonly [what in Held]: readonly Json[] } = { call: ['tool_use'], result: ['tool_result'], thought: ['thinking', 'redacted_thinking'] }
const holds = ({ type }: JsonObject, what: Held) => types[what].includes(type ?? null)

/** Turns that were said on this wire stay as they were said. */
function writeTurns(turns: readonly Turn[], writing: Writing): Arranged {
  const top = turns.filter((turn) => turn.role === 'system' && spelling(wire, turn.rest, 'place') === undefined)
  const messages = turns
    .filter((turn) => !top.includes(turn))
    .map((turn) => ({ ...own(wire, turn.rest), role: turn.role, content: writeContent(turn.blocks, turn.rest, writing)! }))
  return {
    system:
      top.length > 0
        ? writeContent(
            top.flatMap(({ blocks }) => blocks),
            top[0]!.rest,
            writing,
          )
        : undefined,
    messages: messages.filter(({ content }) => content.length !== 0),
  }
}

/** An object with what was kept of it and what the form says of it; undefined where that is nothing. */
function join(kept: Json | undefined, fields: { readonly [field: string]: Json | undefined }): JsonObject | undefined {
  const joined = { ...asObject(kept), ...present(fields) }
  return Object.keys(joined).length > 0 ? joined : undefined
}

/** A thinking model takes no sampling but a wide `top_p`; the wire's temperature ends at 1. */
function writeSampling(request: ChatRequest, { sampling }: ModelTraits, isThinking: boolean, lose: Loss): JsonObject {
  const { temperature, topP, topK } = request
  const drop = (word: 'temperature' | 'top_p' | 'top_k', does: boolean) => {
    if (does) lose(word)
    return does
  }
  if (temperature !== undefined && temperature > 1) lose('temperature')
  return present({
    temperature: temperature === undefined || drop('temperature', sampling === false || (isThinking && temperature < 1)) ? undefined : Math.min(temperature, 1),
    top_p: topP === undefined || drop('top_p', sampling === false || (isThinking && topP < 0.95)) ? undefined : topP,
    top_k: topK === undefined || drop('top_k', sampling === false || isThinking) ? undefined : topK,
  })
}

/** The wire refuses sequences of nothing but white space. */
function writeStops(stop: readonly string[] | undefined, lose: Loss): string[] | undefined {
  const useful = stop?.filter((sequence) => /\S/.test(sequence))
  if (useful && useful.length < stop!.length) lose('stop')
  return useful && useful.length > 0 ? useful : undefined
}

/** A schema of another wire is bent to what this vendor holds its models to; what it cannot hold stands in descriptions. */
function writeFormat({ format, rest }: ChatRequest, { nativeSchema }: ModelTraits): { readonly output_format?: JsonObject; readonly format?: JsonObject } {
  if (format === undefined || format.type === 'text') return {}
  // The gateway has such a format answered in a tool: see json-tool.ts.
  if (format.type === 'json' || nativeSchema === false)
    throw new Failure('unsupported_parameter', 'This model cannot be held to the format that was asked for.', { param: 'format' })
  const said = { ...own(wire, format.rest), type: 'json_schema', schema: rest.wire === wire ? format.schema : bendSchema(format.schema, claudeSchema) }
  return spelling(wire, format.rest, 'format') ? { output_format: said } : { format: said }
}
