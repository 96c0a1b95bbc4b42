/** Streams, written: binary frames, each byte a character, since that is what a writer gives. */

import { encodeMessage } from '../../base/eventstream.ts'
import { isObject, type JsonObject } from '../../base/json.ts'
import type { Block, ChatEvent, Rest, Usage } from '../../canonical/chat.ts'
import { mergeUsage } from '../../canonical/fold.ts'
import { signatureCarrier, writeSignature } from '../signed-thinking.ts'
import type { EventWriter } from '../wire.ts'
import { writeCitation } from './citations.ts'
import { writeBlock } from './content.ts'
import { asObject, toClient } from './own.ts'
import { writeEnding, type Ending } from './response.ts'
import { writeUsage } from './usage.ts'

type Delta = Extract<ChatEvent, { type: 'delta' }>
type Close = Extract<ChatEvent, { type: 'close' }>

/** A block that is being written. */
interface Live {
  readonly block: Block
  /** Undefined until its first word: the wire has no empty blocks. */
  place: number | undefined
}

export function eventWriter(): EventWriter {
  return new Writer()
}

class Writer implements EventWriter {
  #hasBegun = false
  #usage: Usage = {}
  #ending: Ending = { finish: 'other' }
  #written = 0
  /** By index; as many as the answer has blocks open. */
  readonly #live = new Map<number, Live>()

  write(event: ChatEvent): string {
    switch (event.type) {
      case 'start':
        return this.#begin()
      case 'usage':
        this.#usage = mergeUsage(this.#usage, event.usage)
        return ''
      case 'finish': {
        const { reason: finish, type: _type, choice: _choice, ...rest } = event
        this.#ending = { finish, ...rest }
        return ''
      }
      case 'open': {
        const live: Live = { block: event.block, place: undefined }
        this.#live.set(event.index, live)
        return event.block.type === 'tool-call' ? this.#begin() + this.#place(live).started : ''
      }
      case 'delta':
        return this.#begin() + this.#grow(this.#live.get(event.index)!, event)
      case 'close': {
        const live = this.#live.get(event.index)!
        this.#live.delete(event.index)
        return this.#begin() + this.#close(live, event)
      }
    }
  }

  /** What it cost comes behind the end. */
  end(): string {
    let text = this.#begin()
    for (const [index, live] of this.#live) text += this.#close(live, { type: 'close', index })
    this.#live.clear()
    return text + frame('messageStop', writeEnding(this.#ending)) + frame('metadata', { usage: writeUsage(this.#usage), metrics: { latencyMs: 0 } })
  }

  #begin(): string {
    if (this.#hasBegun) return ''
    this.#hasBegun = true
    return frame('messageStart', { role: 'assistant' })
  }

  /** Where a block stands; only calls have a frame that starts them. */
  #place(live: Live): { readonly place: number; readonly started: string } {
    if (live.place !== undefined) return { place: live.place, started: '' }
    const place = this.#written++
    live.place = place
    if (live.block.type !== 'tool-call') return { place, started: '' }
    const { input: _, ...toolUse } = asObject(writeBlock(live.block, toClient())!.toolUse)
    return { place, started: frame('contentBlockStart', { start: { toolUse }, contentBlockIndex: place }) }
  }

  #grow(live: Live, { text, citation }: Delta): string {
    const cited = citation && writeCitation(citation, 'client')
    if (text === '' && cited === undefined) return ''
    const { place, started } = this.#place(live)
    const said = text === '' ? '' : delta(place, saidBy(live.block, text))
    return started + said + (cited ? delta(place, { citation: cited }) : '')
  }

  #close(live: Live, { signature, rest }: Close): string {
    const { block } = live
    if (block.type === 'reasoning' && block.redacted === undefined) return this.#sign(live, signature ?? block.signature)
    if (block.type !== 'text' && block.type !== 'refusal' && block.type !== 'tool-call') return this.#writeWhole(ended(block, rest))
    const stopped = live.place === undefined ? '' : stop(live.place)
    return signature ? stopped + this.#sign({ block: signatureCarrier(signature), place: undefined }, signature) : stopped
  }

  /** Ends a thought; one without a word or a signature was none. */
  #sign(live: Live, signature: Parameters<typeof writeSignature>[0]): string {
    if (live.place === undefined && signature === undefined) return ''
    const { place } = this.#place(live)
    return (signature ? delta(place, { reasoningContent: { signature: writeSignature(signature) } }) : '') + stop(place)
  }

  #writeWhole(block: Block): string {
    const pieces = piecesOf(writeBlock(block, toClient()) ?? {})
    if (pieces === undefined) return ''
    const contentBlockIndex = this.#written++
    const started = pieces.start ? frame('contentBlockStart', { start: pieces.start, contentBlockIndex }) : ''
    return started + delta(contentBlockIndex, pieces.delta) + stop(contentBlockIndex)
  }
}

function saidBy(block: Block, text: string): JsonObject {
  switch (block.type) {
    case 'tool-call':
      return { toolUse: { input: text } }
    case 'reasoning':
      return { reasoningContent: { text } }
    default:
      return { text }
  }
}

/** How a whole block comes in a stream; undefined where the wire has no way. */
function piecesOf({ toolUse, toolResult, image, reasoningContent }: JsonObject): { readonly start?: JsonObject; readonly delta: JsonObject } | undefined {
  if (isObject(reasoningContent)) return { delta: { reasoningContent } }
  if (isObject(toolUse)) {
    const { input, ...start } = toolUse
    return { start: { toolUse: start }, delta: { toolUse: { input: JSON.stringify(input ?? {}) } } }
  }
  if (isObject(toolResult)) {
    const { content, ...start } = toolResult
    return { start: { toolResult: start }, delta: { toolResult: content ?? [] } }
  }
  if (!isObject(image)) return undefined
  const { source, ...start } = image
  return { start: { image: start }, delta: { image: { source: source ?? {} } } }
}

/** A block of the wire's own with what its end added. */
function ended(block: Block, rest: Rest | undefined): Block {
  if (block.type !== 'native' || rest?.wire !== block.rest.wire) return block
  return { ...block, rest: { ...block.rest, fields: { ...block.rest.fields, ...rest.fields } } }
}

function delta(contentBlockIndex: number, said: JsonObject): string {
  return frame('contentBlockDelta', { delta: said, contentBlockIndex })
}

function stop(contentBlockIndex: number): string {
  return frame('contentBlockStop', { contentBlockIndex })
}

function frame(type: string, payload: JsonObject): string {
  return encodeMessage({ ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' }, JSON.stringify(payload)).toString('latin1')
}
