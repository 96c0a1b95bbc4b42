/** Streams, written: blocks one after the other, however they came. */

import { isObject, type JsonObject } from '../../base/json.ts'
import type { Block, ChatEvent, ChatResponse, NativeBlock, Rest, Signature, Usage } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { mergeUsage } from '../../canonical/fold.ts'
import { own } from '../rest.ts'
import type { EventWriter, StreamOptions } from '../wire.ts'
import { writeBlock, writeCitation, writeUse } from './content.ts'
import { toClient, writeEnding, writeHead, type Ending } from './response.ts'
import { signatureCarrier, writeSignature } from '../signed-thinking.ts'
import { writeUsage } from './usage.ts'
import { wire } from './writing.ts'

/** The most characters of blocks that wait for their turn. */
const mostWaiting = 16 * 1024 * 1024

type Open = Extract<ChatEvent, { type: 'open' }>
type Delta = Extract<ChatEvent, { type: 'delta' }>
type Close = Extract<ChatEvent, { type: 'close' }>

/** The block that is being written. */
interface Live {
  readonly index: number
  readonly block: Block
  /** What stands before each piece of its text; empty until its start is written. */
  prefix: string
}

export function eventWriter(options: StreamOptions): EventWriter {
  return new Writer(options.now)
}

class Writer implements EventWriter {
  readonly #now: number
  #start: Pick<ChatResponse, 'id' | 'model' | 'rest'> | undefined
  #hasBegun = false
  #usage: Usage = {}
  #ending: Ending = { finish: 'other' }
  #written = 0
  #live: Live | undefined
  /** By index, in the order they opened; bounded by `mostWaiting`. */
  readonly #waiting = new Map<number, (Open | Delta | Close)[]>()
  #waitingLength = 0
  /** At most as many as there are types. */
  readonly #types = new Set<Block['type']>()

  constructor(now: number) {
    this.#now = now
  }

  write(event: ChatEvent): string {
    switch (event.type) {
      case 'start':
        this.#start = event
        return ''
      case 'usage':
        this.#usage = mergeUsage(this.#usage, event.usage)
        return ''
      case 'finish': {
        const { reason: finish, type: _type, choice: _choice, ...rest } = event
        this.#ending = { finish, ...rest }
        return ''
      }
      case 'open':
        if (this.#live) return this.#wait(event)
        return this.#begin() + this.#open(event)
      case 'delta':
        return this.#live?.index === event.index ? this.#grow(this.#live, event) : this.#wait(event)
      case 'close':
        return this.#live?.index === event.index ? this.#close(this.#live, event) + this.#goOn() : this.#wait(event)
    }
  }

  /** Usage may come after the finish, so both are told here. */
  end(): string {
    let text = this.#begin()
    while (this.#live) text += this.#close(this.#live, { type: 'close', index: this.#live.index }) + this.#goOn()
    const { context_management, ...delta } = writeEnding(this.#ending, this.#types)
    const beside = context_management !== undefined && { context_management }
    return text + frame('message_delta', { delta, usage: writeUsage(this.#usage), ...beside }) + messageStop
  }

  /** Held until the first block, for usage that is known by then. */
  #begin(): string {
    if (this.#hasBegun) return ''
    this.#hasBegun = true
    const { id = '', model = '', rest } = this.#start ?? {}
    const head = { ...writeHead({ id, model }, this.#now), content: [], stop_reason: null, stop_sequence: null }
    return frame('message_start', { message: { ...own(wire, rest), ...head, usage: writeUsage(this.#usage) } })
  }

  #wait(event: Open | Delta | Close): string {
    if (event.type === 'open') this.#waiting.set(event.index, [])
    this.#waiting.get(event.index)?.push(event)
    if (event.type === 'delta') this.#waitingLength += event.text.length
    if (this.#waitingLength > mostWaiting) throw new Failure('upstream_invalid_response', 'The provider keeps too many blocks open at once.')
    return ''
  }

  /** The next block has waited for its turn: what came of it is written, and the rest of it streams. */
  #goOn(): string {
    let text = ''
    for (const [index, events] of this.#waiting) {
      if (this.#live) break
      this.#waiting.delete(index)
      for (const event of events) text += this.#replay(event)
    }
    return text
  }

  #replay(event: Open | Delta | Close): string {
    if (event.type === 'open') return this.#open(event)
    if (event.type === 'close') return this.#close(this.#live!, event)
    this.#waitingLength -= event.text.length
    return this.#grow(this.#live!, event)
  }

  #open({ index, block }: Open): string {
    this.#live = { index, block, prefix: '' }
    // The others begin with their first word: the wire has no empty blocks.
    return block.type === 'tool-call' ? this.#startBlock(this.#live) : ''
  }

  #grow(live: Live, { text, citation }: Delta): string {
    const cited = citation && writeCitation(citation, 'client')
    if (text === '' && cited === undefined) return ''
    const started = this.#startBlock(live)
    const said = text === '' ? '' : `${live.prefix}${JSON.stringify(text)}}}\n\n`
    return cited ? started + said + this.#delta({ type: 'citations_delta', citation: cited }) : started + said
  }

  #close(live: Live, { signature, rest }: Close): string {
    this.#live = undefined
    const { block } = live
    if (block.type === 'reasoning' && block.redacted === undefined) return this.#sign(live, signature ?? block.signature)
    if (block.type !== 'text' && block.type !== 'refusal' && block.type !== 'tool-call')
      return this.#writeWhole(block.type === 'native' ? ended(block, rest) : block)
    const stop = live.prefix === '' ? '' : this.#stop()
    return signature ? stop + this.#sign({ index: live.index, block: signatureCarrier(signature), prefix: '' }, signature) : stop
  }

  /** Ends a thought; one without a word or a signature was none. */
  #sign(live: Live, signature: Signature | undefined): string {
    const started = signature ? this.#startBlock(live) : ''
    if (live.prefix === '') return ''
    return started + (signature ? this.#delta({ type: 'signature_delta', signature: writeSignature(signature) }) : '') + this.#stop()
  }

  #startBlock(live: Live): string {
    if (live.prefix !== '') return ''
    const { start, delta, field } = grammarOf(live.block)
    const started = this.#startWith(start, live.block.type)
    live.prefix = `event: content_block_delta\ndata: {"type":"content_block_delta","index":${this.#written - 1},"delta":{"type":"${delta}","${field}":`
    return started
  }

  /** A block that has no pieces, but for the input of a tool that the vendor runs: clients put that together themselves. */
  #writeWhole(block: Block): string {
    const whole = writeBlock(block, toClient)
    if (whole === undefined) return ''
    if (block.type !== 'native' || !isObject(whole.input)) return this.#startWith(whole, block.type) + this.#stop()
    const input = this.#startWith({ ...whole, input: {} }, block.type) + this.#delta({ type: 'input_json_delta', partial_json: JSON.stringify(whole.input) })
    return input + this.#stop()
  }

  #startWith(content_block: JsonObject, type: Block['type']): string {
    this.#types.add(type)
    return frame('content_block_start', { index: this.#written++, content_block })
  }

  #delta(delta: JsonObject): string {
    return frame('content_block_delta', { index: this.#written - 1, delta })
  }

  #stop(): string {
    return frame('content_block_stop', { index: this.#written - 1 })
  }
}

function frame(type: string, fields: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
}

/** What ends every stream that ended well. */
export const messageStop = frame('message_stop', {})

interface Grammar {
  readonly start: JsonObject
  /** The type of its deltas, and their field that holds the piece. */
  readonly delta: string
  readonly field: string
}

function grammarOf(block: Block): Grammar {
  const fields = own(wire, block.rest)
  switch (block.type) {
    case 'tool-call':
      return { start: writeUse(block), delta: 'input_json_delta', field: 'partial_json' }
    case 'reasoning':
      return { start: { ...fields, type: 'thinking', thinking: '', signature: '' }, delta: 'thinking_delta', field: 'thinking' }
    default:
      return { start: { ...fields, type: 'text', text: '' }, delta: 'text_delta', field: 'text' }
  }
}

/** A block of the wire's own with what its end added. */
function ended(block: NativeBlock, rest: Rest | undefined): NativeBlock {
  return rest?.wire === block.rest.wire ? { ...block, rest: { ...block.rest, fields: { ...block.rest.fields, ...rest.fields } } } : block
}
