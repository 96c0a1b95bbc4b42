/** Items, as blocks: the flat list of which requests and answers are made. Messages hold several blocks, the first of which keeps what is said of its message. */

import { asText, isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, ToolCallBlock, ToolResultBlock, Turn } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { textOf } from '../openai-chat/assistant.ts'
import { readPart, writePart, type TextType } from './content.ts'
import { kept, leftOf, own, ownWithin, spelling, wire, type Writing } from './own.ts'
import { readReasoning, writeReasoning } from './reasoning.ts'
import { writeCarriedSeal } from './signature.ts'
import { joinName } from './tools.ts'

export interface Item {
  readonly role: Turn['role']
  readonly blocks: readonly Block[]
}

/** What the form calls a tool that stands in a namespace. */
export type NameOf = (name: string, namespace: string) => string

/** Reads any item; one that the form has no word for stays as it is, for this wire alone. */
export function readItem(item: Json, nameOf: NameOf = (name, namespace) => joinName(namespace, name)): Item {
  if (!isObject(item)) throw new Failure('upstream_invalid_response', 'The provider’s answer holds an item that is none.')
  switch (item.type) {
    case undefined:
    case 'message':
      return readMessage(item)
    case 'reasoning':
      return { role: 'assistant', blocks: [readReasoning(item)] }
    case 'function_call':
    case 'custom_tool_call':
      return { role: 'assistant', blocks: [readCall(item, nameOf)] }
    case 'function_call_output':
    case 'custom_tool_call_output':
      return { role: 'user', blocks: [readOutput(item)] }
    default:
      return { role: /_(output|approval_response)$/.test(asText(item.type)) ? 'user' : 'assistant', blocks: [native(item)] }
  }
}

function native(item: JsonObject): Block {
  return { type: 'native', name: asText(item.type ?? 'message'), rest: { wire, fields: { whole: item } } }
}

function readMessage(item: JsonObject): Item {
  const { type, role, content, ...fields } = item
  const isText = typeof content === 'string'
  const parts = isText ? [{ type: usualText(role), text: content }] : Array.isArray(content) ? content : []
  const spelled = { item: isText ? 'text' : 'list', ...(type === undefined && { type: 'absent' }), ...(role === 'developer' && { role }) }
  const blocks = parts.map((part) => readPart(part, usualText(role)))
  const reader = role === 'assistant' || role === 'user' ? role : 'system'
  return { role: reader, blocks: blocks.length === 0 ? [native(item)] : [beginItem(blocks[0]!, fields, spelled), ...blocks.slice(1)] }
}

const usualText = (role: Json | undefined): TextType => (role === 'assistant' ? 'output_text' : 'input_text')

/** Marks the first block of a message. */
export function beginItem<Marked extends Block>(block: Marked, fields: JsonObject, spelled: { readonly [word: string]: string }): Marked {
  return { ...block, ...kept({ ...own(block.rest), ...leftOf('item', fields) }, { ...block.rest?.spelled, ...spelled }) }
}

export function readCall(item: JsonObject, nameOf: NameOf): ToolCallBlock {
  const { type, call_id, name, namespace, arguments: given, input: text, ...fields } = item
  const isCustom = type === 'custom_tool_call'
  const called = textOf(name)
  const isNamed = typeof namespace === 'string' && namespace !== ''
  const left = { ...fields, ...(namespace !== undefined && !isNamed && { namespace }) }
  return {
    type: 'tool-call',
    id: textOf(call_id),
    name: isNamed ? nameOf(called, namespace) : called,
    input: textOf(isCustom ? text : given),
    ...(isCustom && { custom: true }),
    ...kept(left, isNamed ? { name: called, namespace } : {}),
  }
}

function readOutput({ type, call_id, output, ...fields }: JsonObject): ToolResultBlock {
  const isList = Array.isArray(output)
  const text = isList ? '' : textOf(output)
  const blocks: Block[] = isList ? output.map((part) => readPart(part, 'input_text')) : text === '' ? [] : [{ type: 'text', text }]
  const spelled = { ...(isList && { content: 'list' }), ...(type === 'custom_tool_call_output' && { type: 'custom' }) }
  return { type: 'tool-result', callId: textOf(call_id), blocks, ...kept(fields, spelled) }
}

/** The items that these blocks make. `place` is that of the first among the items of an answer. */
export function writeItems({ role, blocks }: Item, writing: Writing, place = 0): JsonObject[] {
  const items: JsonObject[] = []
  let parts: Block[] = []
  const flush = () => {
    if (parts.length > 0) items.push(...writeMessage({ role, blocks: parts }, writing, place + items.length))
    parts = []
  }
  for (const block of blocks) {
    if (isPart(block)) {
      if (beginsItem(block)) flush()
      parts.push(block)
    } else {
      flush()
      items.push(...writeItem(block, writing, place + items.length))
    }
    const seal = writing.to === 'client' ? writeCarriedSeal(block) : undefined
    if (seal === undefined) continue
    flush()
    items.push(writeSeal(seal, writing, place + items.length))
  }
  flush()
  return items
}

/** Whether the block stands in a message, and not beside it. */
export function isPart(block: Block): boolean {
  switch (block.type) {
    case 'text':
    case 'refusal':
    case 'document':
      return true
    case 'media':
      return !('result' in own(block.rest))
    case 'native':
      return block.rest.wire === wire && 'part' in block.rest.fields
    default:
      return false
  }
}

export function beginsItem({ rest }: Block): boolean {
  return spelling(rest, 'item') !== undefined
}

export function writeSeal(seal: string, writing: Writing, place: number): JsonObject {
  return { type: 'reasoning', id: writing.itemId('rs', place), summary: [], encrypted_content: seal }
}

/** A message of several blocks. Of another wire's answer each text is a message by itself in a request: parts of an answer would need ids that nobody has. */
export function writeMessage({ role, blocks }: Item, writing: Writing, place: number): JsonObject[] {
  const [first] = blocks
  const { rest } = first!
  const spelled = spelling(rest, 'item')
  const isAnswer = role === 'assistant'
  if (spelled === undefined && isAnswer && writing.to === 'provider') return blocks.flatMap((block) => writeSaid(block, writing))
  const only = blocks.length === 1 && first!.type === 'text' ? first : undefined
  const isText = only && (spelled === undefined ? !isAnswer && only.cache === undefined : spelled === 'text')
  const content = isText ? only.text : blocks.flatMap((block) => writePart(block, isAnswer ? 'output_text' : 'input_text', writing) ?? [])
  if (content.length === 0 && spelled === undefined) return []
  return [
    {
      ...(spelling(rest, 'type') !== 'absent' && { type: 'message' }),
      ...(writing.to === 'client' && spelled === undefined && { id: writing.itemId('msg', place), status: 'completed' }),
      role: spelling(rest, 'role') ?? role,
      content,
      ...ownWithin(rest, 'item'),
    },
  ]
}

function writeSaid(block: Block, { lose }: Writing): JsonObject[] {
  if (block.type === 'text' || block.type === 'refusal') {
    if (block.type === 'text' && block.citations) lose('citation')
    if (block.type === 'text' && block.signature) lose('signature')
    if (block.type === 'text' && block.cache) lose('cache_mark')
    return /\S/.test(block.text) ? [{ type: 'message', role: 'assistant', content: block.text }] : []
  }
  lose(block.type === 'media' ? 'image' : block.type === 'document' ? 'document' : 'native_block')
  return []
}

/** Empty, and told, where the wire has no item for the block. */
export function writeItem(block: Block, writing: Writing, place: number): JsonObject[] {
  switch (block.type) {
    case 'reasoning':
      return writeReasoning(block, writing, place)
    case 'tool-call':
      return [writeCall(block, writing, place)]
    case 'tool-result':
      return [writeOutput(block, writing)]
    case 'native':
      if (block.rest.wire === wire) return [ownWithin(block.rest, 'whole')]
      writing.lose('native_block')
      return []
    default:
      return []
  }
}

/** What the client calls the tool: as the item said, or as the request did. */
function writeCall(block: ToolCallBlock, writing: Writing, place: number): JsonObject {
  const { id, name: flat, input, custom, signature, cache, rest } = block
  const [spelledName, spelledSpace] = [spelling(rest, 'name'), spelling(rest, 'namespace')]
  const known = spelledName === undefined ? writing.namespaces.get(flat) : { name: spelledName, namespace: spelledSpace! }
  const isMade = writing.to === 'client' && rest?.wire !== wire
  if (writing.to === 'provider') {
    if (signature) writing.lose('signature')
    if (cache) writing.lose('cache_mark')
  }
  return {
    type: custom ? 'custom_tool_call' : 'function_call',
    ...(isMade && { id: writing.itemId(custom ? 'ctc' : 'fc', place), ...(!custom && { status: 'completed' }) }),
    call_id: id,
    name: flat,
    ...known,
    ...(custom ? { input } : { arguments: input === '' && rest?.wire !== wire ? '{}' : input }),
    ...own(rest),
  }
}

/** A result of another wire is text where it is one text alone. */
function writeOutput(block: ToolResultBlock, writing: Writing): JsonObject {
  const { callId, blocks, rest, failed, cache } = block
  if (failed) writing.lose('tool_error')
  if (cache) writing.lose('cache_mark')
  const isCustom = rest?.wire === wire ? spelling(rest, 'type') === 'custom' : writing.textCalls.has(callId)
  const isText = spelling(rest, 'content') !== 'list' && blocks.every((inner) => inner.type === 'text' && inner.cache === undefined) && blocks.length < 2
  const output = isText
    ? blocks.map((inner) => ('text' in inner ? inner.text : '')).join('')
    : blocks.flatMap((inner) => writePart(inner, 'input_text', writing) ?? [])
  return { type: isCustom ? 'custom_tool_call_output' : 'function_call_output', call_id: callId, output, ...own(rest) }
}
