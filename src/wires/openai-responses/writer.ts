/** Streams, written: an item after the other, each begun, told in pieces, told in whole, and all of them once more at the end. */

import { asText, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, ChatEvent, ChatResponse, Choice, Usage } from '../../canonical/chat.ts'
import type { Failure } from '../../canonical/failure.ts'
import { Folder, mergeUsage } from '../../canonical/fold.ts'
import { Sequence, type BlockEvent } from '../sequence.ts'
import type { EventWriter, StreamOptions } from '../wire.ts'
import { writeCitation, writePart } from './content.ts'
import { writeFailed } from './error.ts'
import { beginsItem, isPart, writeItem, writeMessage, writeSeal } from './items.ts'
import { own, type Writing } from './own.ts'
import { answering, writeEnd, writeHead, writePicture } from './response.ts'
import { writeCarriedSeal } from './signature.ts'

/** The wire has no word for its own end: a response that is complete is the last event. */
export const terminator = ''

export function eventWriter(options: StreamOptions): EventWriter {
  return new Writer(options)
}

/** What is told of a block that grows: the events, and where they stand. */
interface Growing {
  readonly type: Block['type']
  readonly where: JsonObject
  /** What opens its words, where something does, and what closes them. */
  readonly delta: string
  readonly done: string
  /** A frame that says words is this, the words as JSON, and the end of every such frame. */
  prefix: string
  readonly after: string
  readonly folder: Folder
  citations: number
  hasSpoken: boolean
}

interface OpenMessage {
  readonly id: string
  readonly place: number
  readonly blocks: Block[]
}

class Writer implements EventWriter {
  readonly #options: StreamOptions
  #head: JsonObject | undefined
  #writing: Writing
  #number = 0
  #start: Pick<ChatResponse, 'rest'> = {}
  #usage: Usage = {}
  #ending: Omit<Choice, 'blocks'> = { finish: 'other' }
  readonly #sequence = new Sequence()
  #live: Growing | undefined
  #message: OpenMessage | undefined
  /** The whole answer, which its end tells once more: bounded by whoever bounds the stream. */
  readonly #output: JsonObject[] = []
  /** At most as many as there are types. */
  readonly #types = new Set<Block['type']>()
  /** Blocks of choices that nobody can have asked for on this wire: as many as the provider makes up. */
  readonly #unasked = new Set<number>()

  constructor(options: StreamOptions) {
    this.#options = options
    this.#writing = answering(options.asked, '')
  }

  write(event: ChatEvent): string {
    switch (event.type) {
      case 'start':
        return this.#begin(event)
      case 'usage':
        this.#usage = mergeUsage(this.#usage, event.usage)
        return ''
      case 'finish': {
        if (event.choice > 0) return ''
        const { reason: finish, type: _, choice: __, ...rest } = event
        this.#ending = { finish, ...rest }
        return ''
      }
      case 'open':
        if (event.choice > 0) this.#unasked.add(event.index)
        return this.#tell(event)
      case 'delta':
      case 'close':
        return this.#tell(event)
    }
  }

  end(): string {
    const closed = this.#tellAll(this.#sequence.end()) + this.#closeMessage()
    const end = writeEnd(this.#ending, this.#types, { usage: this.#usage, ...this.#start })
    const type = end.status === 'incomplete' ? 'response.incomplete' : 'response.completed'
    return closed + this.#frame(type, { response: { ...this.#head, output: this.#output, ...end } })
  }

  fail(failure: Failure): string {
    const begun = this.#begin(this.#unknown())
    const response = { ...this.#head, status: 'failed', error: writeFailed(failure), incomplete_details: null, output: this.#output }
    return begun + this.#frame('response.failed', { response })
  }

  /** The start of a stream that has none. */
  #unknown(): { readonly id: string; readonly model: string } {
    return { id: '', model: this.#options.asked.model }
  }

  #begin(start: Pick<ChatResponse, 'id' | 'model' | 'created' | 'rest'>): string {
    if (this.#head) return ''
    this.#start = start.rest ? { rest: start.rest } : {}
    this.#head = writeHead(start, this.#options)
    this.#writing = answering(this.#options.asked, asText(this.#head.id))
    const response = { ...this.#head, status: 'in_progress', incomplete_details: null, output: [] }
    return this.#frame('response.created', { response }) + this.#frame('response.in_progress', { response })
  }

  #frame(type: string, fields: JsonObject): string {
    return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields, sequence_number: this.#number++ })}\n\n`
  }

  #tell(event: BlockEvent): string {
    if (this.#unasked.has(event.index)) return ''
    return this.#begin(this.#unknown()) + this.#tellAll(this.#sequence.push(event))
  }

  #tellAll(events: readonly BlockEvent[]): string {
    let told = ''
    for (const event of events) told += event.type === 'open' ? this.#open(event) : event.type === 'delta' ? this.#delta(event) : this.#close(event)
    return told
  }

  #open(event: Extract<BlockEvent, { type: 'open' }>): string {
    const { block } = event
    this.#types.add(block.type)
    const continues = isPart(block) && block.type !== 'media' && !beginsItem(block)
    const closed = continues ? '' : this.#closeMessage()
    const folder = new Folder()
    folder.push([event])
    return closed + this.#openBlock(block, folder)
  }

  #openBlock(block: Block, folder: Folder): string {
    switch (block.type) {
      case 'text':
      case 'refusal': {
        const opened = this.#openMessage(block)
        const { id, place, blocks } = this.#message!
        const where = { item_id: id, output_index: place, content_index: blocks.length }
        const name = block.type === 'text' ? 'output_text' : 'refusal'
        this.#live = this.#growing(block.type, `response.${name}`, where, folder)
        return opened + this.#frame('response.content_part.added', { ...where, part: this.#part(block) })
      }
      case 'reasoning':
      case 'tool-call': {
        const place = this.#output.length
        const [item] = writeItem(block, this.#writing, place) as [JsonObject]
        const begun = block.type === 'reasoning' ? { ...item, summary: [] } : item
        const where = { item_id: item.id ?? '', output_index: place }
        const name = block.type === 'reasoning' ? 'reasoning_summary_text' : block.custom ? 'custom_tool_call_input' : 'function_call_arguments'
        this.#live = this.#growing(block.type, `response.${name}`, block.type === 'reasoning' ? { ...where, summary_index: 0 } : where, folder)
        if (block.type === 'tool-call') begun[block.custom ? 'input' : 'arguments'] = ''
        return this.#frame('response.output_item.added', { output_index: place, item: inProgress(begun) })
      }
      default:
        return this.#whole(block.type === 'media' ? writePicture(block, this.#writing, this.#output.length) : writeItem(block, this.#writing, 0))
    }
  }

  #growing(type: Block['type'], name: string, where: JsonObject, folder: Folder): Growing {
    const said = JSON.stringify({ type: `${name}.delta`, ...where }).slice(0, -1)
    const after = type === 'text' ? ',"logprobs":[]' : ''
    return {
      type,
      where,
      delta: `${name}.delta`,
      done: `${name}.done`,
      prefix: `event: ${name}.delta\ndata: ${said},"delta":`,
      after,
      folder,
      citations: 0,
      hasSpoken: false,
    }
  }

  #openMessage(block: Block): string {
    if (this.#message) return ''
    const place = this.#output.length
    const [item] = writeMessage({ role: 'assistant', blocks: [block] }, this.#writing, place) as [JsonObject]
    this.#message = { id: asText(item.id), place, blocks: [] }
    // Its place is taken until it is whole.
    this.#output.push(item)
    return this.#frame('response.output_item.added', { output_index: place, item: inProgress({ ...item, content: [] }) })
  }

  #part(block: Block): JsonObject {
    return writePart(block, 'output_text', this.#writing) ?? {}
  }

  #delta(event: Extract<BlockEvent, { type: 'delta' }>): string {
    const live = this.#live
    if (live === undefined) return ''
    live.folder.push([event])
    const { text, citation, rest } = event
    if (citation) return this.#cite(live, writeCitation(citation))
    const logprobs = own(rest).logprobs
    if (text === '' && logprobs === undefined) return ''
    const opened =
      live.type === 'reasoning' && !live.hasSpoken ? this.#frame('response.reasoning_summary_part.added', { ...live.where, part: summary('') }) : ''
    live.hasSpoken = true
    if (logprobs !== undefined) return opened + this.#frame(live.delta, { ...live.where, delta: text, logprobs })
    return `${opened}${live.prefix}${JSON.stringify(text)}${live.after},"sequence_number":${this.#number++}}\n\n`
  }

  #cite(live: Growing, annotation: Json | undefined): string {
    if (annotation === undefined) return ''
    return this.#frame('response.output_text.annotation.added', { ...live.where, annotation_index: live.citations++, annotation })
  }

  #close(event: Extract<BlockEvent, { type: 'close' }>): string {
    const live = this.#live
    if (live === undefined) return ''
    this.#live = undefined
    live.folder.push([event])
    const [block] = live.folder.result().choices[0]!.blocks as [Block]
    const seal = writeCarriedSeal(block)
    const closed = this.#closeBlock(live, block)
    if (seal === undefined) return closed
    return closed + this.#closeMessage() + this.#whole([writeSeal(seal, this.#writing, this.#output.length)])
  }

  #closeBlock(live: Growing, block: Block): string {
    const { where, done } = live
    switch (block.type) {
      case 'text':
      case 'refusal': {
        const said: JsonObject = block.type === 'text' ? { text: block.text, logprobs: own(block.rest).logprobs ?? [] } : { refusal: block.text }
        this.#message!.blocks.push(block)
        return this.#frame(done, { ...where, ...said }) + this.#frame('response.content_part.done', { ...where, part: this.#part(block) })
      }
      case 'reasoning': {
        const told = live.hasSpoken
          ? this.#frame(done, { ...where, text: block.text }) + this.#frame('response.reasoning_summary_part.done', { ...where, part: summary(block.text) })
          : ''
        return told + this.#itemDone(block)
      }
      case 'tool-call': {
        const [item] = writeItem(block, this.#writing, this.#output.length) as [JsonObject]
        const said: JsonObject = block.custom ? { input: item.input! } : { arguments: item.arguments! }
        return this.#frame(done, { ...where, ...said }) + this.#itemDone(block)
      }
      default:
        return ''
    }
  }

  #itemDone(block: Block): string {
    const place = this.#output.length
    const [item] = writeItem(block, this.#writing, place) as [JsonObject]
    this.#output.push(item)
    return this.#frame('response.output_item.done', { output_index: place, item })
  }

  #closeMessage(): string {
    const message = this.#message
    if (message === undefined) return ''
    this.#message = undefined
    const { place, blocks } = message
    const [item] = writeMessage({ role: 'assistant', blocks }, this.#writing, place) as [JsonObject]
    this.#output[place] = item
    return this.#frame('response.output_item.done', { output_index: place, item })
  }

  /** Items that come in one piece. */
  #whole(items: readonly JsonObject[]): string {
    let told = ''
    for (const item of items) {
      const output_index = this.#output.push(item) - 1
      told += this.#frame('response.output_item.added', { output_index, item }) + this.#frame('response.output_item.done', { output_index, item })
    }
    return told
  }
}

const summary = (text: string): JsonObject => ({ type: 'summary_text', text })

/** Not of items that have no status of their own. */
function inProgress(item: JsonObject): JsonObject {
  return 'status' in item ? { ...item, status: 'in_progress' } : item
}
