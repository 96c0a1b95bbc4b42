/** Streams, read. https://platform.claude.com/docs/en/build-with-claude/streaming */

import { isObject, parseExact, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { Message } from '../../base/framing.ts'
import type { Block, ChatEvent, Served } from '../../canonical/chat.ts'
import { kept } from '../rest.ts'
import { brokenStream, parseEvent } from '../events.ts'
import type { EventReader } from '../wire.ts'
import { readBlock, readCitation } from './content.ts'
import { failureOf } from './error.ts'
import { readEnding, takeEnding } from './response.ts'
import { readServed } from './served.ts'
import { readSignature } from '../signed-thinking.ts'
import { readUsage } from './usage.ts'
import { wire } from './writing.ts'

/** The wire has one block open at a time; a server that is careless with its stops is followed this far. */
const mostOpen = 64

interface Opened {
  /** Its own in the stream: careless servers give one place to several blocks. */
  readonly index: number
  readonly type: Block['type']
  /** What a call was given at its start: servers that do not stream calls say it all there. */
  readonly given: string
  hasSpoken: boolean
  signature: string
  /** What the deltas of a block of the wire's own add up to. */
  added: { [field: string]: string }
}

const nothing: readonly ChatEvent[] = []
const plainStart = Buffer.from('event: content_block_delta\ndata: {')
const plainTypes = ['"type":"text_delta"', '"type":"thinking_delta"', '"type":"input_json_delta"'].map((type) => Buffer.from(type))
const closingBrace = 125

export function eventReader(): EventReader {
  return new Reader()
}

class Reader implements EventReader {
  isTerminated = false
  served: Served | undefined
  #usage: JsonObject = {}
  #hasBegun = false
  #next = 0
  #hasFinished = false
  /** By the wire's own place; at most `mostOpen`. */
  readonly #open = new Map<number, Opened>()

  read(message: Message): readonly ChatEvent[] {
    const { data } = message
    if (data === '') return nothing
    const event = parseEvent(data)
    switch (event.type) {
      case 'message_start':
        return this.#readStart(event)
      case 'content_block_start':
        return this.#readOpen(indexOf(event), objectIn(event, 'content_block'))
      case 'content_block_delta':
        return this.#readDelta(indexOf(event), objectIn(event, 'delta'))
      case 'content_block_stop':
        return this.#readClose(indexOf(event))
      case 'message_delta':
        return this.#readEnd(event)
      case 'message_stop':
        this.isTerminated = true
        return nothing
      case 'error':
        throw failureOf(event)
      default:
        if (message.event === 'error' || isObject(event.error)) throw failureOf(event)
        return nothing
    }
  }

  isPlainDelta({ bytes }: Message): boolean {
    if (bytes.length < plainStart.length + 3 || bytes[bytes.length - 3] !== closingBrace) return false
    return bytes.compare(plainStart, 0, plainStart.length, 0, plainStart.length) === 0 && plainTypes.some((type) => bytes.includes(type))
  }

  end(): readonly ChatEvent[] {
    return [...this.#open.keys()].flatMap((place) => this.#readClose(place))
  }

  /** How the answer ended is told again at its end, where it is true. */
  #readStart(event: JsonObject): readonly ChatEvent[] {
    const { id, model, usage, type: _type, role: _role, content: _content, ...fields } = objectIn(event, 'message')
    takeEnding(fields)
    const counted = this.#count(usage)
    if (this.#hasBegun) return counted
    this.#hasBegun = true
    return [{ type: 'start', id: asText(id), model: asText(model), ...kept(wire, fields) }, ...counted]
  }

  /** The counts of the end hold over those of the start; one that is not told again holds still. */
  #count(usage: Json | undefined): readonly ChatEvent[] {
    if (!isObject(usage)) return nothing
    for (const field in usage) if (usage[field] !== null || this.#usage[field] === undefined) this.#usage[field] = usage[field]!
    this.served = readServed({ usage: this.#usage })
    return [{ type: 'usage', usage: readUsage(this.#usage) }]
  }

  #readOpen(place: number, said: JsonObject): readonly ChatEvent[] {
    const before = this.#readClose(place)
    if (this.#open.size >= mostOpen) throw brokenStream()
    const index = this.#next++
    const { citations, ...bare } = said
    // Citations come on deltas: the empty list only says that there may be some.
    const { block, text, given, signature } = empty(readBlock(Array.isArray(citations) && citations.length === 0 ? bare : said))
    this.#open.set(place, { index, type: block.type, given, hasSpoken: false, signature, added: {} })
    const open = { type: 'open', choice: 0, index, block } as const
    return text === '' ? [...before, open] : [...before, open, { type: 'delta', index, text }]
  }

  #readDelta(place: number, delta: JsonObject): readonly ChatEvent[] {
    const opened = this.#open.get(place)
    if (opened === undefined) throw brokenStream()
    const { index } = opened
    if (opened.type === 'native') return addTo(opened.added, delta)
    switch (delta.type) {
      case 'text_delta':
        return words(index, delta.text)
      case 'thinking_delta':
        return words(index, delta.thinking)
      case 'input_json_delta':
        opened.hasSpoken ||= delta.partial_json !== ''
        return words(index, delta.partial_json)
      case 'signature_delta':
        opened.signature = asText(delta.signature)
        return nothing
      case 'citations_delta':
        return [{ type: 'delta', index, text: '', citation: readCitation(objectIn(delta, 'citation')) }]
      default:
        return nothing
    }
  }

  #readClose(place: number): readonly ChatEvent[] {
    const opened = this.#open.get(place)
    if (opened === undefined) return nothing
    this.#open.delete(place)
    const { index } = opened
    const signature = readSignature(opened.signature)
    const close = { type: 'close', index, ...(signature && { signature }), ...kept(wire, parseAdded(opened.added)) } as const
    return opened.type === 'tool-call' && !opened.hasSpoken ? [{ type: 'delta', index, text: opened.given }, close] : [close]
  }

  #readEnd(event: JsonObject): readonly ChatEvent[] {
    const { usage, delta, type: _, ...beside } = event
    const counted = this.#count(usage)
    const ending = { ...takeEnding(beside), ...(isObject(delta) && delta) }
    if (this.#hasFinished || typeof ending.stop_reason !== 'string') return counted
    this.#hasFinished = true
    const { finish: reason, ...rest } = readEnding(ending)
    return [...this.end(), ...counted, { type: 'finish', choice: 0, reason, ...rest }]
  }
}

function indexOf({ index }: JsonObject): number {
  if (typeof index !== 'number') throw brokenStream()
  return index
}

function objectIn(event: JsonObject, field: string): JsonObject {
  const value = event[field]
  if (!isObject(value)) throw brokenStream()
  return value
}

function words(index: number, text: Json | undefined): readonly ChatEvent[] {
  return typeof text === 'string' && text !== '' ? [{ type: 'delta', index, text }] : nothing
}

interface Emptied {
  readonly block: Block
  readonly text: string
  readonly given: string
  readonly signature: string
}

/** A block as it opens, and what its start already said of what comes. */
function empty(block: Block): Emptied {
  switch (block.type) {
    case 'text':
      return { block: { ...block, text: '' }, text: block.text, given: '', signature: '' }
    case 'reasoning': {
      const { signature, ...bare } = block
      return { block: { ...bare, text: '' }, text: block.text, given: '', signature: signature?.value ?? '' }
    }
    case 'tool-call':
      return { block: { ...block, input: '' }, text: '', given: block.input, signature: '' }
    default:
      return { block, text: '', given: '', signature: '' }
  }
}

/** Blocks of the wire's own are said whole where they close: nobody else waits for their pieces. */
function addTo(added: { [field: string]: string }, { type: _, ...pieces }: JsonObject): readonly ChatEvent[] {
  for (const field in pieces) if (typeof pieces[field] === 'string') added[field] = (added[field] ?? '') + pieces[field]
  return nothing
}

function parseAdded({ partial_json, ...texts }: { readonly [field: string]: string }): JsonObject {
  if (partial_json === undefined || partial_json === '') return texts
  try {
    return { ...texts, input: parseExact(partial_json) as Json }
  } catch {
    return texts
  }
}
