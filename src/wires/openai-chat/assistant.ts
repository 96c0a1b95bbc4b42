/** An assistant's message, which stands in requests and in answers: content, reasoning, refusal and calls. */

import { asText, isObject, present, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, Citation, ReasoningBlock, Rest, TextBlock, ToolCallBlock } from '../../canonical/chat.ts'
import type { Loss } from '../losses.ts'
import { readPart, writeParts } from './content.ts'
import { kept, leftOf, own, ownWithin, type Spelled, spelling, take, wire } from './own.ts'
import { isDetailed, readThoughtSignature, takeReasoning, writeReasoning, writeThoughtSignature } from './reasoning.ts'

export interface Message {
  readonly blocks: Block[]
  /** What the form has no word for. */
  readonly fields: JsonObject
  readonly spelled: Spelled
}

/** Reads a message. `idFor` makes the id of a call that came without one, from its place among the calls. */
export function readAssistant(message: JsonObject, idFor: (place: number) => string): Message {
  const { role: _, ...fields } = message
  const spelled: Spelled = {}
  const reasoning = takeReasoning(fields, spelled)
  const said = takeContent(fields, spelled)
  if (fields.refusal && typeof fields.refusal === 'string') said.push({ type: 'refusal', text: take(fields, 'refusal') as string })
  return { blocks: [...reasoning, ...addProofs(said, fields), ...takeImages(fields), ...takeCalls(fields, idFor)], fields, spelled }
}

function takeContent(fields: JsonObject, spelled: Spelled): Block[] {
  const content = take(fields, 'content')
  if (typeof content === 'string' && content !== '') return [{ type: 'text', text: content }]
  spelled.content = content === undefined ? 'absent' : content === null ? 'null' : content === '' ? 'empty' : 'list'
  return Array.isArray(content) ? content.map(readPart) : []
}

/** Citations and the signature of a text stand beside the content, and belong to its last text. The fields that tell them are kept, too. */
function addProofs(said: Block[], fields: JsonObject): Block[] {
  const place = said.findLastIndex(({ type }) => type === 'text')
  if (place === -1) return said
  const citations = readCitations(fields.annotations)
  const signature = readThoughtSignature(fields.extra_content)
  if (citations || signature) said[place] = { ...(said[place] as TextBlock), ...(citations && { citations }), ...(signature && { signature }) }
  return said
}

/** Undefined where there are none, or any annotation is of another kind. */
export function readCitations(annotations: Json | undefined): Citation[] | undefined {
  if (!Array.isArray(annotations) || annotations.length === 0) return undefined
  const citations = annotations.map(readCitation)
  return citations.every((citation) => citation !== undefined) ? citations : undefined
}

function readCitation(annotation: Json): Citation | undefined {
  if (!isObject(annotation) || annotation.type !== 'url_citation' || !isObject(annotation.url_citation)) return undefined
  const { url, title, content: quoted, start_index: start, end_index: end } = annotation.url_citation
  return present({ url, title, quoted, start, end })
}

/** Undefined for what has no address: the wire cites nothing else. */
export function writeCitation({ url, title, quoted, start, end }: Citation): JsonObject | undefined {
  if (url === undefined) return undefined
  return { type: 'url_citation', url_citation: present({ url, title: title ?? url, content: quoted, start_index: start ?? 0, end_index: end ?? 0 }) }
}

function takeImages(fields: JsonObject): Block[] {
  if (!Array.isArray(fields.images) || fields.images.length === 0) return []
  const images = fields.images.map(readPart)
  if (!images.every(({ type }) => type === 'media')) return []
  take(fields, 'images')
  return images.map((image) => ({ ...image, ...kept(own(image.rest), { ...image.rest?.spelled, place: 'images' }) }))
}

function takeCalls(fields: JsonObject, idFor: (place: number) => string): Block[] {
  const blocks: Block[] = []
  if (Array.isArray(fields.tool_calls) && fields.tool_calls.length > 0) {
    for (const [place, call] of (take(fields, 'tool_calls') as Json[]).entries()) blocks.push(readCall(call, () => idFor(place)))
  }
  if (isObject(fields.function_call)) {
    const { name, arguments: input, ...inner } = take(fields, 'function_call') as JsonObject
    blocks.push({
      type: 'tool-call',
      id: idFor(blocks.length),
      name: textOf(name),
      input: textOf(input),
      ...kept(leftOf('function', inner), { call: 'function_call' }),
    })
  }
  return blocks
}

export function readCall(call: Json, newId: () => string): Block {
  if (!isObject(call)) return { type: 'native', name: 'tool_call', rest: { wire, fields: { value: call }, spelled: { place: 'tool_calls' } } }
  const { type, id, function: made, custom, ...fields } = call
  const isCustom = isObject(custom) && (type === 'custom' || made === undefined)
  const said = isCustom ? custom : made
  if (!isObject(said)) return { type: 'native', name: asText(type), rest: { wire, fields: call, spelled: { place: 'tool_calls' } } }
  const { name, arguments: input, input: text, ...inner } = said
  const signature = readThoughtSignature(fields.extra_content)
  return {
    type: 'tool-call',
    id: typeof id === 'string' && id !== '' ? id : newId(),
    name: textOf(name),
    input: textOf(isCustom ? text : input),
    ...(isCustom && { custom: true }),
    ...(signature && { signature }),
    ...kept({ ...fields, ...leftOf(isCustom ? 'custom' : 'function', inner) }),
  }
}

/** Some servers give arguments as an object. */
export function textOf(said: Json | undefined): string {
  return typeof said === 'string' ? said : said === undefined || said === null ? '' : JSON.stringify(said)
}

/** How a message is written. An answer carries the proofs of every vendor, for the client to bring back; a request carries those that its own client brought. */
export interface Telling {
  readonly isAnswer: boolean
  /** The client declared functions in the way of 2023, and knows no tool calls. */
  readonly isLegacy: boolean
  readonly lose: Loss
}

/** Writes what the blocks say; the caller adds the fields that were kept. */
export function writeAssistant(blocks: readonly Block[], rest: Rest | undefined, telling: Telling): JsonObject {
  const { isAnswer, lose } = telling
  const thoughts = blocks.filter((block) => block.type === 'reasoning' && spelling(block.rest, 'reasoning') !== 'part') as ReasoningBlock[]
  if (!isAnswer) for (const block of blocks) loseProofs(block, rest, lose)
  const refusal = blocks.map((block) => (block.type === 'refusal' && spelling(block.rest, 'refusal') !== 'part' ? block.text : '')).join('')
  const isList = spelling(rest, 'content') === 'list'
  const images = writeParts(
    blocks.filter((block) => block.type === 'media' && !(isList && isContent(block))),
    lose,
  )
  return {
    role: 'assistant',
    ...present({
      content: writeContent(blocks, rest, lose),
      refusal: refusal || (isAnswer && spelling(rest, 'refusal') !== 'absent' ? null : undefined),
      images: images.length > 0 ? images : undefined,
    }),
    ...writeReasoning(thoughts, spelling(rest, 'reasoning'), isAnswer),
    ...writeCalls(blocks, telling),
    ...(isAnswer ? writeProofs(blocks) : {}),
  }
}

function writeProofs(blocks: readonly Block[]): JsonObject {
  const texts = blocks.filter((block) => block.type === 'text')
  const annotations = texts.flatMap(({ citations = [] }) => citations.flatMap((citation) => writeCitation(citation) ?? []))
  return { ...(annotations.length > 0 && { annotations }), ...writeThoughtSignature(texts.findLast(({ signature }) => signature)?.signature) }
}

/** What proves a block to a vendor goes to providers only as their own wire brought it. */
function loseProofs(block: Block, turn: Rest | undefined, lose: Loss): void {
  if (block.type === 'text' && block.citations && !('annotations' in own(turn))) lose('citation')
  if (block.type === 'reasoning' && isDetailed(block, false)) return
  if (block.type === 'reasoning' && block.redacted !== undefined) lose('redacted_reasoning')
  const isKept = 'extra_content' in own(block.type === 'text' ? turn : block.rest)
  if ('signature' in block && block.signature && !isKept) lose('signature')
}

/** Content is text wherever it can be: lists of parts are for clients that sent one. */
function writeContent(blocks: readonly Block[], rest: Rest | undefined, lose: Loss): Json | undefined {
  const isSaid = blocks.some(({ type }) => type === 'text')
  const spelled = spelling(rest, 'content')
  if (spelled === 'list') return writeParts(blocks.filter(isContent), lose)
  for (const block of blocks) if (block.type === 'native' && block.rest.wire !== wire) lose('native_block')
  if (isSaid) return blocks.map((block) => (block.type === 'text' ? block.text : '')).join('')
  if (spelled === 'absent') return undefined
  return spelled === 'empty' ? '' : null
}

/** Whether the block stands among the parts of a list, and not beside it. */
function isContent(block: Block): boolean {
  switch (block.type) {
    case 'tool-call':
    case 'tool-result':
      return false
    case 'reasoning':
    case 'refusal':
      return spelling(block.rest, block.type) === 'part'
    default:
      return spelling(block.rest, 'place') === undefined
  }
}

function writeCalls(blocks: readonly Block[], { isLegacy, isAnswer }: Telling): JsonObject {
  const written: JsonObject = {}
  const calls: JsonObject[] = []
  for (const block of blocks) {
    if (block.type === 'native' && spelling(block.rest, 'place') === 'tool_calls') calls.push(own(block.rest))
    if (block.type !== 'tool-call') continue
    const { name, input, rest } = block
    if (!isLegacy && spelling(rest, 'call') !== 'function_call') calls.push(writeCall(block, isAnswer))
    else written.function_call ??= { name, arguments: input, ...ownWithin(rest, 'function') }
  }
  return calls.length > 0 ? { ...written, tool_calls: calls } : written
}

function writeCall(block: ToolCallBlock, isAnswer: boolean): JsonObject {
  const { id, name, input, custom, rest, signature } = block
  const kind = custom ? 'custom' : 'function'
  const said = { name, [custom ? 'input' : 'arguments']: input, ...ownWithin(rest, kind) }
  return { id, type: kind, ...(isAnswer && writeThoughtSignature(signature)), ...own(rest), [kind]: said }
}
