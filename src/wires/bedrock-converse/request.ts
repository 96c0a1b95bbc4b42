/** Requests, read and written. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */

import { isObject, present, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, ChatRequest, OutputFormat, Turn } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { arrangeTurns } from '../conversation.ts'
import { loseRest, type Loss } from '../losses.ts'
import type { ModelTraits } from '../traits.ts'
import { readContent, writeBlocks } from './content.ts'
import { chooseTool, familyOf, readThinking, readTopK, type Told } from './family.ts'
import { keepLastMarks } from './marks.ts'
import { asList, asObject, kept, own, wire, type Writing } from './own.ts'
import { readChoice, readTools, writeChoice, writeTools } from './tools.ts'

/** The model and whether a stream is wanted stand in the path: whoever reads the body adds them. */
export function readRequest(body: JsonObject): ChatRequest {
  const { system, messages, inferenceConfig, toolConfig, outputConfig, ...fields } = body
  const [config, chosen, output] = [{ ...asObject(inferenceConfig) }, { ...asObject(toolConfig) }, { ...asObject(outputConfig) }]
  const additional = asObject(fields.additionalModelRequestFields)
  const [toolChoice, topK, thinking] = [readChoice(chosen.toolChoice), readTopK(additional), readThinking(additional)]
  const options = { ...takeNumbers(config), ...takeStops(config), ...takeFormat(output) }
  const tools = readTools(chosen.tools)
  if (toolChoice) delete chosen.toolChoice
  if (tools.length > 0) delete chosen.tools
  leave(fields, 'inferenceConfig', inferenceConfig, config)
  leave(fields, 'toolConfig', toolConfig, chosen)
  leave(fields, 'outputConfig', outputConfig, output)
  return {
    model: '',
    turns: [...(system === undefined ? [] : [{ role: 'system' as const, blocks: readContent(system) }]), ...asList(messages).map(readMessage)],
    tools,
    ...(toolChoice && { toolChoice }),
    ...options,
    ...(topK !== undefined && { topK }),
    ...(thinking && { thinking }),
    stream: false,
    rest: { wire, fields },
  }
}

function readMessage({ role, content, ...fields }: JsonObject): Turn {
  return { role: role as Turn['role'], blocks: readContent(content), ...kept(fields) }
}

/** What was not taken out of a field's object stays in it; one that was empty stays empty. */
function leave(fields: JsonObject, name: string, said: Json | undefined, left: JsonObject): void {
  if (said !== undefined && (Object.keys(left).length > 0 || Object.keys(asObject(said)).length === 0)) fields[name] = left
}

const numbers = [
  ['maxTokens', 'maxTokens'],
  ['temperature', 'temperature'],
  ['topP', 'topP'],
] as const

function takeNumbers(config: JsonObject): { readonly [word in (typeof numbers)[number][1]]?: number } {
  const taken: { [word in (typeof numbers)[number][1]]?: number } = {}
  for (const [field, word] of numbers) {
    const value = config[field]
    if (typeof value !== 'number') continue
    taken[word] = value
    delete config[field]
  }
  return taken
}

function takeStops(config: JsonObject): { readonly stop?: readonly string[] } {
  const { stopSequences: stop } = config
  if (!Array.isArray(stop) || stop.length === 0) return {}
  delete config.stopSequences
  return { stop: stop as string[] }
}

/** The schema is a text: one that is spelled in another way than we would is kept as it was. */
function takeFormat(output: JsonObject): { readonly format?: OutputFormat } {
  const { type, structure, ...beside } = asObject(output.textFormat)
  const { schema: text, name, ...others } = asObject(asObject(structure).jsonSchema)
  const schema = type === 'json_schema' && typeof text === 'string' && Object.keys(beside).length === 0 ? parseSchema(text) : undefined
  if (schema === undefined) return {}
  delete output.textFormat
  if (JSON.stringify(schema) !== text) others.schema = text!
  return { format: { type: 'schema', schema, isHeld: true, ...(typeof name === 'string' && { name }), ...kept(others) } }
}

function parseSchema(text: string): JsonObject | undefined {
  try {
    const schema: unknown = JSON.parse(text)
    return isObject(schema) ? schema : undefined
  } catch {
    return undefined
  }
}

/** Throws `Failure` where the model cannot be asked what the client asked: see `arrange`, and media that it does not take. */
export function writeRequest(request: ChatRequest, target: ModelTraits, lose: Loss): JsonObject {
  loseRest(request, wire, lose)
  const isOwn = request.rest.wire === wire
  const family = familyOf(target.model)
  const writing: Writing = { to: 'provider', isOwn, takesThoughts: family.takesThoughts, marks: family.marks, lose, names: new Set() }
  const { system, messages } = isOwn ? writeTurns(request.turns, writing) : arrange(request.turns, target, writing)
  const left = own(request.rest)
  // What a client of this wire said to a model of its choice stays as it was said.
  const told = isOwn ? ownWords : family.write({ request, target, messages, lose })
  const tools = writeTools(request, target, writing)
  const toolChoice = isOwn ? request.toolChoice && writeChoice(request.toolChoice) : tools.length > 0 ? chooseTool(request, told, lose) : undefined
  const body = {
    ...left,
    ...present({
      system,
      messages,
      inferenceConfig: join(left.inferenceConfig, isOwn ? inferenceOf(request) : writeInference(request, target, told, lose)),
      toolConfig: join(left.toolConfig, { tools: tools.length > 0 ? tools : undefined, toolChoice }),
      outputConfig: join(left.outputConfig, { textFormat: writeFormat(request.format, target) }),
      additionalModelRequestFields: join(left.additionalModelRequestFields, told.fields),
    }),
  }
  keepLastMarks(body, lose)
  return body
}

const ownWords: Told = { fields: {}, thinks: false, limits: 'all' }

interface Arranged {
  readonly system: JsonObject[] | undefined
  readonly messages: JsonObject[]
}

/** Turns that were said on this wire stay as they were said. */
function writeTurns(turns: readonly Turn[], writing: Writing): Arranged {
  const system = turns.find(({ role }) => role === 'system')
  const messages = turns
    .filter(({ role }) => role !== 'system')
    .map(({ role, blocks, rest }) => ({ ...own(rest), role, content: writeBlocks(blocks, writing) }))
  return { system: system && writeBlocks(system.blocks, writing), messages }
}

/** The wire wants roles to alternate, beginning with the user's, and a word beside a document. */
function arrange(turns: readonly Turn[], target: ModelTraits, writing: Writing): Arranged {
  const speech = {
    write: (blocks: readonly Block[], role: Turn['role']) =>
      role === 'system' ? writeBlocks(blocks, writing).filter(isOfSystem) : writeBlocks(blocks, writing),
    call: ({ toolUse }: JsonObject) => (isObject(toolUse) ? asText(toolUse.toolUseId) : undefined),
    result: ({ toolResult }: JsonObject) => (isObject(toolResult) ? asText(toolResult.toolUseId) : undefined),
  }
  const { system, said } = arrangeTurns(turns, speech, target, writing.lose)
  if (said[0]?.role !== 'user') throw new Failure('invalid_value', 'For this model, messages must start with user.', { param: 'messages' })
  for (const message of said) if (hasOnlyDocuments(message.content)) message.content.push({ text: 'See the document.' })
  return { system: system.length > 0 ? system : undefined, messages: said.map(({ role, content }) => ({ role, content })) }
}

const isOfSystem = ({ text, cachePoint, guardContent }: JsonObject): boolean => (text ?? cachePoint ?? guardContent) !== undefined

function hasOnlyDocuments(content: readonly JsonObject[]): boolean {
  return content.some(({ document }) => document !== undefined) && !content.some(({ text }) => text !== undefined)
}

/** An object with what was kept of it and what the form says of it; undefined where that is nothing and was nothing. */
function join(left: Json | undefined, fields: { readonly [field: string]: Json | undefined }): JsonObject | undefined {
  const joined = { ...asObject(left), ...present(fields) }
  return left !== undefined || Object.keys(joined).length > 0 ? joined : undefined
}

const inferenceOf = ({ maxTokens, temperature, topP, stop }: ChatRequest) => ({ maxTokens, temperature, topP, stopSequences: stop && [...stop] })

/** A thinking model takes no sampling but a wide `topP`, and wants a limit beyond its budget; the wire's temperature ends at 1. */
function writeInference(request: ChatRequest, { sampling, maxOutput }: ModelTraits, { thinks, limits }: Told, lose: Loss) {
  const { maxTokens, temperature, topP, stopSequences } = inferenceOf(request)
  const useful = stopSequences?.filter((sequence) => /\S/.test(sequence))
  const mayBe = limits === 'all'
  const maySample = mayBe && sampling !== false
  const takes = (word: 'temperature' | 'top_p' | 'max_tokens', value: number | undefined, does: boolean) => {
    if (value === undefined || does) return value
    lose(word)
    return undefined
  }
  if (useful && useful.length < stopSequences!.length) lose('stop')
  if (maySample && (temperature ?? 0) > 1) lose('temperature')
  const warmth = takes('temperature', temperature, maySample && (!thinks || temperature! >= 1))
  return {
    maxTokens: takes('max_tokens', maxTokens, mayBe) ?? (thinks ? maxOutput : undefined),
    temperature: warmth === undefined ? undefined : Math.min(warmth, 1),
    topP: takes('top_p', topP, maySample && (!thinks || topP! >= 0.95)),
    stopSequences: useful && useful.length > 0 ? useful : undefined,
  }
}

function writeFormat(format: OutputFormat | undefined, { nativeSchema }: ModelTraits): JsonObject | undefined {
  if (format === undefined || format.type === 'text') return undefined
  // The gateway has such a format answered in a tool: see json-tool.ts.
  if (format.type === 'json' || nativeSchema === false)
    throw new Failure('unsupported_parameter', 'This model cannot be held to the format that was asked for.', { param: 'format' })
  const jsonSchema = { ...present({ schema: JSON.stringify(format.schema), name: format.name }), ...own(format.rest) }
  return { type: 'json_schema', structure: { jsonSchema } }
}
