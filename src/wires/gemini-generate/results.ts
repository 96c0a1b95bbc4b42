/** Results of tools. The wire wants an object; clients of others have a text. https://ai.google.dev/api/caching#FunctionResponse */

import { isObject, present, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, ToolResultBlock } from '../../canonical/chat.ts'
import { parseWhole } from '../tool-input.ts'
import { readMedium, writeMedium } from './media.ts'
import { type Ids, kept, leftOf, listed, own, ownWithin, spelling, type Spelled, wire, type Writing } from './own.ts'

/** The keys under which a response holds nothing but a text; `error` says that the tool failed. */
const keys: readonly string[] = ['output', 'result', 'error']

export function readResult({ id, name, response, parts, ...inner }: JsonObject, { functionResponse: _, ...fields }: JsonObject, ids: Ids): ToolResultBlock {
  const called = typeof name === 'string' ? name : ''
  const hasId = typeof id === 'string' && id !== ''
  const spelled: Spelled = hasId ? {} : { id: 'absent' }
  const blocks = readResponse(response, spelled)
  return {
    type: 'tool-result',
    callId: hasId ? id : ids.result(called),
    blocks: [...blocks, ...listed(parts).map(readPiece)],
    ...(spelled.response === 'error' && { failed: true }),
    ...kept({ ...fields, ...leftOf('functionResponse', { ...inner, ...present({ name, id: id === '' ? id : undefined }) }) }, spelled),
  }
}

function readResponse(response: Json | undefined, spelled: Spelled): Block[] {
  spelled.response = 'absent'
  if (response === undefined) return []
  const [key, ...others] = isObject(response) ? Object.keys(response) : []
  const text = key === undefined ? undefined : (response as JsonObject)[key]
  const isText = others.length === 0 && typeof text === 'string' && keys.includes(key!)
  spelled.response = isText ? key! : 'json'
  return [{ type: 'text', text: isText ? text : JSON.stringify(response) }]
}

function readPiece(part: Json): Block {
  return (isObject(part) ? readMedium(part) : undefined) ?? { type: 'native', name: 'part', rest: { wire, fields: isObject(part) ? part : { value: part } } }
}

/** A result is called as its call is; only a client of this wire may have another name for it. */
export function writeResult(block: ToolResultBlock, writing: Writing): JsonObject {
  const { callId, blocks, rest } = block
  const media = blocks.flatMap((inner) => writePiece(inner, writing) ?? [])
  const id = spelling(rest, 'id') ? undefined : callId
  const said = present({ id, name: writing.names.get(callId), response: writeResponse(block), parts: media.length > 0 ? media : undefined })
  return { ...own(rest), functionResponse: { ...ownWithin(rest, 'functionResponse'), ...said } }
}

function writePiece(block: Block, writing: Writing): JsonObject | undefined {
  if (block.type === 'native') return block.rest.wire === wire ? { ...block.rest.fields } : undefined
  if (block.type !== 'media' && (block.type !== 'document' || block.source.type === 'text')) return undefined
  return writeMedium(block, writing)
}

/** A JSON object is one already; all else is put into one. */
function writeResponse({ blocks, failed, rest }: ToolResultBlock): Json | undefined {
  const spelled = spelling(rest, 'response')
  const texts = blocks.flatMap(textOf)
  if (spelled === 'absent' && texts.length === 0) return undefined
  const text = texts.join('\n')
  if (spelled === 'json' || (spelled === undefined && !failed)) {
    const value = parsed(text)
    if (isObject(value) || spelled === 'json') return value ?? { result: text }
    return { result: value ?? text }
  }
  return { [spelled ?? 'error']: text }
}

function textOf(block: Block): string[] {
  if (block.type === 'text' || block.type === 'refusal') return [block.text]
  return block.type === 'document' && block.source.type === 'text' ? [block.source.text] : []
}

/** Undefined where the text is no object and no list: numbers and words are texts too. */
function parsed(text: string): Json | undefined {
  try {
    return /^\s*[{[]/.test(text) ? parseWhole(text) : undefined
  } catch {
    return undefined
  }
}
