/** An assistant's message, which stands in requests and in answers: content, the plan for its tools, calls and citations. */

import { isObject, present, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, ReasoningBlock, Rest, ToolCallBlock } from '../../canonical/chat.ts'
import { kept, own, spelling } from '../rest.ts'
import { parseInput } from '../tool-input.ts'
import { attachCitations, writeCitations } from './citations.ts'
import { contentSpelling, readContent, writeContent, writeParts } from './content.ts'
import { take, wire, type Writing } from './own.ts'
import { takeSignature, writeSignature } from './signature.ts'

export interface Message {
  readonly blocks: Block[]
  /** What the form has no word for. */
  readonly fields: JsonObject
  readonly spelled: Rest['spelled']
}

/** The plan is what the model thought of its tools: reasoning that goes back as a plan. */
export function readAssistant(message: JsonObject): Message {
  const { role: _, content, ...fields } = message
  const said = [...readContent(content), ...takePlan(fields)]
  const cites = Array.isArray(fields.citations) && fields.citations.length > 0
  const { blocks, left } = attachCitations(said, cites ? (take(fields, 'citations') as Json[]) : [])
  if (left.length > 0) fields.citations = left
  return { blocks: [...blocks, ...takeCalls(fields)], fields, spelled: contentSpelling(content) }
}

/** A block that holds a plan. */
export const plan = (text: string): ReasoningBlock => ({ type: 'reasoning', text, rest: { wire, fields: {}, spelled: { place: 'plan' } } })

function takePlan(fields: JsonObject): Block[] {
  return typeof fields.tool_plan === 'string' && fields.tool_plan !== '' ? [plan(take(fields, 'tool_plan') as string)] : []
}

function takeCalls(fields: JsonObject): Block[] {
  const { tool_calls: calls } = fields
  if (!Array.isArray(calls) || calls.length === 0 || !calls.every(isCall)) return []
  delete fields.tool_calls
  return calls.map(readCall)
}

const isCall = (call: Json): call is JsonObject => isObject(call) && isObject(call.function)

/** Arguments are JSON, also where a model gave none. */
export function readCall({ type: _, id, function: made, ...fields }: JsonObject): ToolCallBlock {
  const { name, arguments: input, ...inner } = made as JsonObject
  const beside = Object.keys(inner).length > 0 ? { ...fields, function: inner } : fields
  const signature = takeSignature(beside)
  const isEmpty = input === '' || input === undefined
  return {
    type: 'tool-call',
    id: asText(id),
    name: asText(name),
    input: isEmpty ? '{}' : typeof input === 'string' ? input : JSON.stringify(input),
    ...signature,
    ...kept(wire, beside, isEmpty ? { input: input === '' ? 'empty' : 'absent' } : undefined),
  }
}

/** Whether a thought is a plan: where it was told as one, and where another wire's client brings back what was thought before a call. */
export function isPlan(block: Block, { to, isOwn }: Writing, hasCalls: boolean): block is ReasoningBlock {
  if (block.type !== 'reasoning' || block.redacted !== undefined) return false
  return spelling(wire, block.rest, 'place') === 'plan' || (to === 'provider' && !isOwn && hasCalls && block.text !== '')
}

/** Writes what the blocks say, and the fields that were kept. */
export function writeAssistant(blocks: readonly Block[], rest: Rest | undefined, writing: Writing): JsonObject {
  const calls = blocks.filter((block) => block.type === 'tool-call')
  const plans = blocks.filter((block) => isPlan(block, writing, calls.length > 0))
  for (const { signature } of plans) writeSignature(signature, writing)
  const said = blocks.filter((block) => !plans.includes(block as ReasoningBlock) && (block.type !== 'media' || canShow(block, writing)))
  const parts = writeParts(said, writing)
  const citations = writeCitations(blocks, writing)
  return {
    ...own(wire, rest),
    role: 'assistant',
    ...present({
      content: writing.to === 'client' && parts.length > 0 ? parts : writeContent(parts, rest),
      tool_plan: plans.length > 0 ? plans.map(({ text }) => text).join('') : undefined,
      tool_calls: calls.length > 0 ? calls.map((call) => writeCall(call, writing)) : undefined,
      citations: citations.length > 0 ? citations : undefined,
    }),
  }
}

/** A provider knows no images of its own making. */
function canShow({ type }: Block, { to, lose }: Writing): boolean {
  if (to === 'provider') lose('image')
  return type === 'media' && to === 'client'
}

export function writeCall(block: ToolCallBlock, writing: Writing): JsonObject {
  const { id, name, rest, signature } = block
  const { function: inner, ...fields } = own(wire, rest)
  return {
    ...fields,
    id,
    type: 'function',
    function: { name, ...writeInput(block, writing), ...(isObject(inner) && inner) },
    ...writeSignature(signature, writing),
  }
}

/** What a custom tool was given is put into an object, and what was cut short has no meaning left: a provider reads arguments as JSON. */
function writeInput(block: ToolCallBlock, { to, isOwn }: Writing): JsonObject {
  const { input, custom, rest } = block
  const spelled = input === '{}' ? spelling(wire, rest, 'input') : undefined
  if (spelled !== undefined) return spelled === 'empty' ? { arguments: '' } : {}
  if (custom || input === '' || (to === 'provider' && !isOwn && !isJson(input))) return { arguments: JSON.stringify(parseInput(block)) }
  return { arguments: input }
}

function isJson(text: string): boolean {
  try {
    return isObject(JSON.parse(text))
  } catch {
    return false
  }
}
