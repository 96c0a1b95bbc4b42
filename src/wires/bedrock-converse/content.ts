/** Content blocks, read and written. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html */

import { isObject, present, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, NativeBlock, ReasoningBlock, TextBlock, ToolCallBlock, ToolResultBlock } from '../../canonical/chat.ts'
import { isOwnSignature, readSignature, signatureCarrier, takeCarried, writeSignature } from '../signed-thinking.ts'
import { parseInput, parseWhole } from '../tool-input.ts'
import { readCited, writeCited } from './citations.ts'
import { readPoint, writePoint } from './marks.ts'
import { readMedium, writeMedium } from './media.ts'
import { asList, asObject, kept, own, spelling, tagOf, wire, type Writing } from './own.ts'

/** A mark belongs to the block before it. */
export function readContent(content: Json | undefined): Block[] {
  const blocks: Block[] = []
  for (const said of asList(content)) {
    const mark = readPoint(said)
    const last = blocks.at(-1)
    if (mark && last && last.type !== 'native' && last.cache === undefined) blocks[blocks.length - 1] = { ...last, cache: mark }
    else blocks.push(readBlock(said))
  }
  return takeCarried(blocks)
}

/** Each undefined where it is said in a way that the form has no word for. */
const readers: ReadonlyMap<string, (said: Json) => Block | undefined> = new Map<string, (said: Json) => Block | undefined>([
  ['text', (text) => (typeof text === 'string' ? { type: 'text', text } : undefined)],
  ['image', (said) => readMedium('image', said)],
  ['audio', (said) => readMedium('audio', said)],
  ['video', (said) => readMedium('video', said)],
  ['document', (said) => readMedium('document', said)],
  ['toolUse', readUse],
  ['toolResult', readResult],
  ['reasoningContent', readReasoning],
  ['citationsContent', readCited],
  ['json', (value) => ({ type: 'text', text: JSON.stringify(value), ...kept({}, { text: 'json' }) })],
])

export function readBlock(said: JsonObject): Block {
  const tag = tagOf(said)
  return (tag === undefined ? undefined : readers.get(tag)?.(said[tag]!)) ?? { type: 'native', name: tag ?? 'unknown', rest: { wire, fields: said } }
}

/** A tool with a type is one that the vendor runs. */
function readUse(said: Json): ToolCallBlock | undefined {
  const { toolUseId, name, input, ...fields } = asObject(said)
  if (typeof toolUseId !== 'string' || fields.type !== undefined) return undefined
  return { type: 'tool-call', id: toolUseId, name: asText(name), input: JSON.stringify(input ?? {}), ...kept(fields) }
}

function readResult(said: Json): ToolResultBlock | undefined {
  const { toolUseId, content, status, ...fields } = asObject(said)
  if (typeof toolUseId !== 'string' || fields.type !== undefined) return undefined
  const failed = status === 'error' || status === 'success' ? { failed: status === 'error' } : {}
  return { type: 'tool-result', callId: toolUseId, blocks: asList(content).map(readBlock), ...failed, ...kept(fields) }
}

function readReasoning(said: Json): ReasoningBlock | undefined {
  const { reasoningText, redactedContent } = asObject(said)
  if (typeof redactedContent === 'string') return { type: 'reasoning', text: '', redacted: redactedContent }
  if (!isObject(reasoningText)) return undefined
  const { text, signature, ...fields } = reasoningText
  const signed = readSignature(signature)
  return { type: 'reasoning', text: typeof text === 'string' ? text : '', ...(signed && { signature: signed }), ...kept(fields) }
}

export function writeBlocks(blocks: readonly Block[], writing: Writing): JsonObject[] {
  return blocks.flatMap((block) => {
    const written = writeBlock(block, writing)
    const point = written && block.type !== 'native' ? writePoint(markOf(block), writing) : []
    return [written ?? [], point, writeCarried(block, writing) ?? []].flat()
  })
}

/** A mark inside a result marks all of it: there is no place for one within. */
function markOf(block: Exclude<Block, NativeBlock>) {
  if (block.type !== 'tool-result' || block.cache) return block.cache
  return block.blocks.map((inner) => (inner.type === 'native' ? undefined : inner.cache)).findLast((cache) => cache !== undefined)
}

function writeCarried(block: Block, writing: Writing): JsonObject | undefined {
  return (block.type === 'text' || block.type === 'tool-call') && block.signature ? writeReasoning(signatureCarrier(block.signature), writing) : undefined
}

/** Undefined where nothing is left to say. */
export function writeBlock(block: Block, writing: Writing): JsonObject | undefined {
  switch (block.type) {
    case 'text':
      return writeText(block, writing)
    case 'refusal':
      return writeText({ type: 'text', text: block.text }, writing)
    case 'reasoning':
      return writeReasoning(block, writing)
    case 'tool-call':
      return { toolUse: { ...own(block.rest), toolUseId: block.id, name: block.name, input: parseInput(block) } }
    case 'tool-result':
      return writeResult(block, writing)
    case 'media':
    case 'document':
      return writeMedium(block, writing)
    case 'native':
      if (block.rest.wire === wire) return block.rest.fields
      writing.lose('native_block')
      return undefined
  }
}

/** A provider refuses texts without a word in them; of an answer, a blank is part. */
function writeText(block: TextBlock, writing: Writing): JsonObject | undefined {
  const isNothing = writing.to === 'provider' ? !/\S/.test(block.text) : block.text === ''
  return isNothing && !writing.isOwn ? undefined : writeCited(block, writing)
}

function writeReasoning(block: ReasoningBlock, { to, isOwn, takesThoughts, lose }: Writing): JsonObject | undefined {
  const isWelcome = to === 'client' || isOwn || (takesThoughts && (block.redacted !== undefined || isOwnSignature(block.signature)))
  if (!isWelcome) {
    lose(block.redacted !== undefined ? 'redacted_reasoning' : block.signature ? 'signature' : 'reasoning')
    return undefined
  }
  if (block.redacted !== undefined) return { reasoningContent: { redactedContent: block.redacted } }
  const signature = block.signature && writeSignature(block.signature)
  return { reasoningContent: { reasoningText: { ...own(block.rest), ...present({ text: block.text, signature }) } } }
}

const inResults: ReadonlySet<string> = new Set(['text', 'json', 'image', 'video', 'document', 'searchResult'])

/** The wire wants something in a result: an empty object says the least. */
function writeResult({ callId, blocks, failed, rest }: ToolResultBlock, writing: Writing): JsonObject {
  const written = blocks.flatMap((block) => writeInner(block, writing) ?? [])
  const content = written.length > 0 || writing.isOwn ? written : [{ json: {} }]
  return { toolResult: { ...own(rest), ...present({ toolUseId: callId, content, status: failed === undefined ? undefined : failed ? 'error' : 'success' }) } }
}

function writeInner(block: Block, writing: Writing): JsonObject | undefined {
  if (block.type === 'text' && spelling(block.rest, 'text') === 'json') return { json: parseWhole(block.text) }
  const written = writeBlock(block.type === 'text' ? { type: 'text', text: block.text } : block, writing)
  if (written === undefined || writing.isOwn || inResults.has(tagOf(written)!)) return written
  writing.lose('tool_result_media')
  return undefined
}
