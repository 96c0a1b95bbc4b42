/** Streams, read. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html */

import type { Message } from '../../base/framing.ts'
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, ChatEvent, Served } from '../../canonical/chat.ts'
import { readSignature } from '../signed-thinking.ts'
import { parseWhole } from '../tool-input.ts'
import { brokenStream, parseEvent } from '../events.ts'
import type { EventReader } from '../wire.ts'
import { readCitation } from './citations.ts'
import { readBlock } from './content.ts'
import { failureOf } from './error.ts'
import { asList, asObject, tagOf } from './own.ts'
import { readEnding } from './response.ts'
import { readServed } from './served.ts'
import { readUsage } from './usage.ts'

/** The vendor has one block open at a time; a server that is careless with its stops is followed this far. */
const mostOpen = 64
/** The most characters of pieces that wait for the rest of their block. */
const mostHeld = 32 * 1024 * 1024

/** A block that grows as it comes. */
interface Growing {
  readonly type: 'text' | 'reasoning' | 'tool-call'
  readonly index: number
  hasSpoken: boolean
  signature: string
}

/** A block that is told where it ends, since nobody else waits for its pieces; together bounded by `mostHeld`. */
interface Held {
  readonly type: 'held'
  readonly start: JsonObject
  input: string
  readonly content: Json[]
  readonly bytes: string[]
}

const nothing: readonly ChatEvent[] = []
const heldTags: ReadonlySet<string | undefined> = new Set(['toolUse', 'toolResult', 'image'])

export function eventReader(): EventReader {
  return new Reader()
}

class Reader implements EventReader {
  isTerminated = false
  served: Served | undefined
  #hasBegun = false
  #hasFinished = false
  #next = 0
  #held = 0
  /** By the wire's index; at most `mostOpen`. */
  readonly #open = new Map<number, Growing | Held>()

  read({ event, data }: Message): readonly ChatEvent[] {
    const failure = failureOf(event, data)
    if (failure !== undefined) throw failure
    switch (event) {
      case 'messageStart':
        return this.#begin()
      case 'contentBlockStart':
        return [...this.#begin(), ...this.#readStart(parseEvent(data))]
      case 'contentBlockDelta':
        return [...this.#begin(), ...this.#readDelta(parseEvent(data))]
      case 'contentBlockStop':
        return this.#readStop(indexIn(parseEvent(data)))
      case 'messageStop':
        return [...this.#begin(), ...this.#readEnd(parseEvent(data))]
      case 'metadata':
        return this.#readMetadata(parseEvent(data))
      default:
        return nothing
    }
  }

  isPlainDelta({ event }: Message): boolean {
    return event === 'contentBlockDelta'
  }

  end(): readonly ChatEvent[] {
    return [...this.#open.keys()].flatMap((place) => this.#readStop(place))
  }

  /** The wire tells neither an id nor the model: whoever asked knows. */
  #begin(): readonly ChatEvent[] {
    if (this.#hasBegun) return nothing
    this.#hasBegun = true
    return [{ type: 'start', id: '', model: '' }]
  }

  #readStart(said: JsonObject): readonly ChatEvent[] {
    const place = indexIn(said)
    const start = asObject(said.start)
    const block = readBlock(start)
    const closed = this.#readStop(place)
    if (block.type === 'tool-call') return [...closed, ...this.#openAs(place, { ...block, input: '' }).events]
    if (heldTags.has(tagOf(start))) this.#set(place, { type: 'held', start, input: '', content: [], bytes: [] })
    return closed
  }

  #readDelta(said: JsonObject): readonly ChatEvent[] {
    const place = indexIn(said)
    const delta = asObject(said.delta)
    const { text, toolUse, reasoningContent, citation } = delta
    const opened = this.#open.get(place)
    if (opened?.type === 'held') return this.#hold(opened, delta)
    if (typeof text === 'string') return this.#say(place, { type: 'text', text: '' }, text)
    if (isObject(toolUse)) {
      if (opened?.type !== 'tool-call') throw brokenStream()
      return typeof toolUse.input === 'string' ? grow(opened, toolUse.input) : nothing
    }
    if (isObject(reasoningContent)) return this.#think(place, reasoningContent)
    if (!isObject(citation)) return nothing
    const { events, growing } = this.#growing(place, { type: 'text', text: '' })
    return [...events, { type: 'delta', index: growing.index, text: '', citation: readCitation(citation) }]
  }

  #think(place: number, { text, signature, redactedContent }: JsonObject): readonly ChatEvent[] {
    if (typeof redactedContent === 'string') {
      const index = this.#next++
      const block: Block = { type: 'reasoning', text: '', redacted: redactedContent }
      return [...this.#readStop(place), { type: 'open', choice: 0, index, block }, { type: 'close', index }]
    }
    if (typeof text === 'string') return this.#say(place, { type: 'reasoning', text: '' }, text)
    if (typeof signature !== 'string' || signature === '') return nothing
    const { events, growing } = this.#growing(place, { type: 'reasoning', text: '' })
    this.#bound(signature.length)
    growing.signature += signature
    return events
  }

  #say(place: number, block: Block, text: string): readonly ChatEvent[] {
    if (text === '') return nothing
    const { events, growing } = this.#growing(place, block)
    return [...events, ...grow(growing, text)]
  }

  /** The block that grows there; one of another type ends where this one begins. */
  #growing(place: number, block: Block): { readonly events: readonly ChatEvent[]; readonly growing: Growing } {
    const opened = this.#open.get(place)
    if (opened !== undefined && opened.type !== 'held' && opened.type === block.type) return { events: nothing, growing: opened }
    const closed = this.#readStop(place)
    const { events, growing } = this.#openAs(place, block)
    return { events: [...closed, ...events], growing }
  }

  #openAs(place: number, block: Block): { readonly events: readonly ChatEvent[]; readonly growing: Growing } {
    const growing: Growing = { type: block.type as Growing['type'], index: this.#next++, hasSpoken: false, signature: '' }
    this.#set(place, growing)
    return { events: [{ type: 'open', choice: 0, index: growing.index, block }], growing }
  }

  #set(place: number, opened: Growing | Held): void {
    if (this.#open.size >= mostOpen) throw brokenStream()
    this.#open.set(place, opened)
  }

  #hold(held: Held, { toolUse, toolResult, image }: JsonObject): readonly ChatEvent[] {
    const { input } = asObject(toolUse)
    const { bytes } = asObject(asObject(image).source)
    if (typeof input === 'string') held.input += input
    if (typeof bytes === 'string') held.bytes.push(bytes)
    if (Array.isArray(toolResult)) held.content.push(...asList(toolResult))
    this.#bound(JSON.stringify(toolUse ?? toolResult ?? image ?? null).length)
    return nothing
  }

  #bound(length: number): void {
    this.#held += length
    if (this.#held > mostHeld) throw brokenStream()
  }

  #readStop(place: number): readonly ChatEvent[] {
    const opened = this.#open.get(place)
    if (opened === undefined) return nothing
    this.#open.delete(place)
    if (opened.type === 'held') {
      const index = this.#next++
      return [
        { type: 'open', choice: 0, index, block: readBlock(wholeOf(opened)) },
        { type: 'close', index },
      ]
    }
    const { type, index, hasSpoken } = opened
    const signature = readSignature(opened.signature)
    const close = { type: 'close', index, ...(signature && { signature }) } as const
    return type === 'tool-call' && !hasSpoken ? [{ type: 'delta', index, text: '{}' }, close] : [close]
  }

  /** The end of the answer; what it cost comes behind it. */
  #readEnd({ stopReason, p: _padding, ...fields }: JsonObject): readonly ChatEvent[] {
    if (this.#hasFinished || typeof stopReason !== 'string') return nothing
    this.#hasFinished = true
    const { finish: reason, ...rest } = readEnding(stopReason, fields)
    return [...this.end(), { type: 'finish', choice: 0, reason, ...rest }]
  }

  #readMetadata(metadata: JsonObject): readonly ChatEvent[] {
    const { usage } = metadata
    this.served = readServed(metadata)
    this.isTerminated = true
    return isObject(usage) ? [{ type: 'usage', usage: readUsage(usage) }] : nothing
  }
}

function grow(growing: Growing, text: string): readonly ChatEvent[] {
  if (text === '') return nothing
  growing.hasSpoken = true
  return [{ type: 'delta', index: growing.index, text }]
}

function wholeOf({ start, input, content, bytes }: Held): JsonObject {
  const { toolUse, toolResult, image } = start
  if (isObject(toolUse)) return { toolUse: { ...toolUse, input: parseInput(input) } }
  if (isObject(toolResult)) return { toolResult: { ...toolResult, content } }
  return { image: { ...asObject(image), source: { bytes: join(bytes) } } }
}

function parseInput(input: string): Json {
  try {
    return input === '' ? {} : parseWhole(input)
  } catch {
    return {}
  }
}

/** Each piece is base64 of its own. */
function join(pieces: readonly string[]): string {
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces.map((piece) => Buffer.from(piece, 'base64'))).toString('base64')
}

function indexIn({ contentBlockIndex: index }: JsonObject): number {
  if (typeof index !== 'number') throw brokenStream()
  return index
}
