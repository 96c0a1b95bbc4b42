/** Parts, which are all that is said on this wire, read and written. https://ai.google.dev/api/caching#Part */

import { isObject, present, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, ReasoningBlock, TextBlock, ToolCallBlock } from '../../canonical/chat.ts'
import { parseInput } from '../tool-input.ts'
import { readMedium, writeMedium } from './media.ts'
import { type Ids, kept, leftOf, own, ownWithin, spelling, toClient, wire, type Writing } from './own.ts'
import { readResult, writeResult } from './results.ts'
import { carry, carryThoughts, isForeignThought, isOwnSignature, readProof } from './signature.ts'

/** A part as a block. One that the form has no word for stays as it is, for this wire alone. */
export function readPart(part: Json, ids: Ids): Block {
  if (!isObject(part)) return { type: 'native', name: 'part', rest: { wire, fields: { value: part }, spelled: { part: 'bare' } } }
  const { text, thought, thoughtSignature, ...fields } = part
  if (typeof text === 'string') return readText(text, part)
  const { functionCall, functionResponse } = fields
  if (isObject(functionCall)) return readCall(functionCall, part, ids)
  if (isObject(functionResponse)) return readResult(functionResponse, part, ids)
  const bare = text === undefined && thought === undefined && thoughtSignature === undefined
  return (bare ? readMedium(fields) : undefined) ?? { type: 'native', name: Object.keys(fields)[0] ?? 'part', rest: { wire, fields: part } }
}

function readText(text: string, { text: _, thought, thoughtSignature, ...fields }: JsonObject): TextBlock | ReasoningBlock {
  const { signature, redacted } = readProof(thoughtSignature)
  const signed = signature ? { signature } : {}
  if (redacted !== undefined) return { type: 'reasoning', text: '', redacted, ...kept(fields) }
  if (thought === true) return { type: 'reasoning', text, ...signed, ...kept(fields) }
  return { type: 'text', text, ...signed, ...kept(thought === undefined ? fields : { ...fields, thought }) }
}

function readCall(said: JsonObject, { functionCall: _, thoughtSignature, ...fields }: JsonObject, ids: Ids): ToolCallBlock {
  const { id, name, args, ...inner } = said
  const { signature } = readProof(thoughtSignature)
  const called = typeof name === 'string' ? name : ''
  const hasId = typeof id === 'string' && id !== ''
  return {
    type: 'tool-call',
    id: hasId ? id : ids.call(called),
    name: called,
    input: JSON.stringify(args ?? {}),
    ...(signature && { signature }),
    ...kept(
      { ...fields, ...leftOf('functionCall', { ...inner, ...(id === '' && { id }) }) },
      { ...(!hasId && { id: 'absent' }), ...(!isObject(args) && { args: args === null ? 'null' : 'absent' }) },
    ),
  }
}

export function writeParts(blocks: readonly Block[], writing: Writing): JsonObject[] {
  return blocks.map((block) => writePart(block, writing)).filter((part) => part !== undefined)
}

/** The parts of an answer, for a client. */
export function writeAnswer(blocks: readonly Block[]): JsonObject[] {
  let led: ReasoningBlock[] = []
  return blocks.flatMap((block) => {
    const part = writePart(block, toClient)
    if (isForeignThought(block)) led.push(block)
    if (part === undefined) return []
    if (block.type !== 'tool-call') return [part]
    const carrying = carryThoughts(part, led)
    led = []
    return [carrying]
  })
}

/** Undefined, and told, where nothing is left to say. */
export function writePart(block: Block, writing: Writing): JsonObject | undefined {
  switch (block.type) {
    case 'text':
      return writeText(block, writing)
    case 'refusal':
      return { text: block.text }
    case 'reasoning':
      return writeThought(block, writing)
    case 'tool-call':
      return writeCall(block, writing)
    case 'tool-result':
      return writeResult(block, writing)
    case 'media':
    case 'document':
      return writeMedium(block, writing)
    case 'native':
      if (block.rest.wire === wire) return spelling(block.rest, 'part') ? (block.rest.fields.value as JsonObject) : { ...block.rest.fields }
      writing.lose('native_block')
      return undefined
  }
}

/** A blank text says nothing, but its signature may. */
function writeText(block: TextBlock, writing: Writing): JsonObject | undefined {
  const proof = writeProof(block, writing)
  if (block.text === '' && !writing.isOwn && writing.to === 'provider' && proof.thoughtSignature === undefined) return undefined
  return { ...own(block.rest), text: block.text, ...proof }
}

/** A thought of another vendor's model is not this one's: it goes to clients alone. */
function writeThought(block: ReasoningBlock, writing: Writing): JsonObject | undefined {
  const { text, redacted, signature, rest } = block
  if (writing.to === 'provider' && redacted !== undefined) {
    writing.lose('redacted_reasoning')
    return undefined
  }
  const isForeign = signature === undefined ? !writing.isOwn : !isOwnSignature(signature)
  if (writing.to === 'provider' && isForeign) {
    writing.lose(signature ? 'signature' : 'reasoning')
    return undefined
  }
  return { ...own(rest), text, thought: true, ...writeProof(block, writing) }
}

/** What the vendor made of a call goes back with it. */
function writeCall(block: ToolCallBlock, writing: Writing): JsonObject {
  const { id, name, rest } = block
  const args = spelling(rest, 'args')
  const said = present({
    id: spelling(rest, 'id') ? undefined : id,
    name,
    args: args === 'absent' && block.input === '{}' ? undefined : args === 'null' ? null : parseInput(block),
  })
  return { ...own(rest), functionCall: { ...said, ...ownWithin(rest, 'functionCall') }, ...writeProof(block, writing) }
}

function writeProof(block: TextBlock | ReasoningBlock | ToolCallBlock, { to, lose }: Writing): JsonObject {
  const { signature } = block
  if (to === 'client') return present({ thoughtSignature: carry(block) })
  if (isOwnSignature(signature)) return { thoughtSignature: signature.value }
  if (signature) lose('signature')
  return {}
}
