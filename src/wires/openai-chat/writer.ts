/** Writes streams: one chunk that opens a choice, one for each piece of words, one that finishes it, then usage where it was asked for, and `[DONE]`. */

import { present, type JsonObject } from '../../base/json.ts'
import type { Block, ChatEvent, ReasoningBlock, Signature, Usage } from '../../canonical/chat.ts'
import { mergeUsage } from '../../canonical/fold.ts'
import type { EventWriter, StreamOptions } from '../wire.ts'
import { writeCitation } from './assistant.ts'
import { writeParts } from './content.ts'
import { own, ownWithin, spelling } from './own.ts'
import { isDetailed, writeDetails, writeThoughtSignature } from './reasoning.ts'
import { writeOdds } from './response.ts'
import { asksInLegacyWay } from './tools.ts'
import { writeFinish, writeUsage } from './usage.ts'

export const terminator = 'data: [DONE]\n\n'

export function eventWriter(options: StreamOptions): EventWriter {
  return new Writer(options)
}

type Event<Type extends ChatEvent['type']> = Extract<ChatEvent, { type: Type }>

interface OpenBlock {
  readonly choice: number
  readonly block: Block
  /** A frame that says words is this, the words as JSON, what closes the delta, and the end of every such frame. */
  readonly before: string
  readonly closers: string
  /** Its place among the calls of its choice. */
  readonly place: number
  /** The words of a thought, for its signature goes out with them; of other blocks only whether there were any. */
  text: string
}

interface ChoiceState {
  calls: number
  thoughts: number
  /** What proves the thoughts, told at the end: of fields that it does not know, the vendor's package keeps the last piece alone. */
  readonly details: JsonObject[]
}

class Writer implements EventWriter {
  readonly #now: number
  readonly #isLegacy: boolean
  readonly #tellsUsage: boolean
  #head = ''
  #usage: Usage | undefined
  /** By index: the blocks that are open now. */
  readonly #open = new Map<number, OpenBlock>()
  /** By choice: as many as were asked for. */
  readonly #choices = new Map<number, ChoiceState>()

  constructor({ now, asked }: StreamOptions) {
    this.#now = now
    this.#isLegacy = asksInLegacyWay(asked)
    this.#tellsUsage = ownWithin(asked.rest, 'stream_options').include_usage === true
  }

  write(event: ChatEvent): string {
    switch (event.type) {
      case 'start':
        return this.#start(event)
      case 'open':
        return this.#begin(event.choice) + this.#openBlock(event)
      case 'delta':
        return this.#delta(event)
      case 'close':
        return this.#close(event)
      case 'usage':
        this.#usage = mergeUsage(this.#usage ?? {}, event.usage)
        return ''
      case 'finish':
        return this.#begin(event.choice) + this.#finish(event)
    }
  }

  end(): string {
    if (!this.#tellsUsage || this.#usage === undefined) return terminator
    return `${this.#head}"choices":[],"usage":${JSON.stringify(writeUsage(this.#usage))}}\n\n${terminator}`
  }

  #start({ id, model, created, rest }: Event<'start'>): string {
    const fields = { id, object: 'chat.completion.chunk', created: created ?? this.#now, model }
    const kept = own(rest)
    this.#head = headOf({ ...fields, ...kept })
    const first = this.#begin(0)
    this.#head = headOf({ ...fields, ...present({ service_tier: kept.service_tier, system_fingerprint: kept.system_fingerprint }) })
    return first
  }

  /** The first chunk of a choice says whose words follow. */
  #begin(choice: number): string {
    if (this.#choices.has(choice)) return ''
    this.#choices.set(choice, { calls: 0, thoughts: 0, details: [] })
    return this.#frame(choice, { role: 'assistant', content: '' })
  }

  #before(choice: number): string {
    return `${this.#head}"choices":[{"index":${choice},"delta":`
  }

  #frame(choice: number, delta: JsonObject): string {
    return `${this.#before(choice)}${JSON.stringify(delta)}${afterDelta}`
  }

  #openBlock({ choice, index, block }: Event<'open'>): string {
    const state = this.#choices.get(choice)!
    const place = block.type === 'tool-call' ? state.calls++ : 0
    const key = keyOf(block, place, this.#isLegacy)
    const open = { choice, block, place, before: key && `${this.#before(choice)}${key}`, closers: closing(key), text: '' }
    this.#open.set(index, open)
    return this.#header(open)
  }

  /** What is said of a block when it opens. */
  #header({ choice, block, place }: OpenBlock): string {
    switch (block.type) {
      case 'tool-call': {
        if (this.#isLegacy) return place === 0 ? this.#frame(choice, { function_call: { name: block.name, arguments: '' } }) : ''
        const { id, name, custom, signature, rest } = block
        const kind = custom ? 'custom' : 'function'
        const said = { name, [custom ? 'input' : 'arguments']: '', ...ownWithin(rest, kind) }
        return this.#frame(choice, { tool_calls: [{ index: place, id, type: kind, ...writeThoughtSignature(signature), ...own(rest), [kind]: said }] })
      }
      case 'media': {
        const images = block.kind === 'image' ? writeParts([block], () => {}) : []
        return images.length > 0 ? this.#frame(choice, { images }) : ''
      }
      case 'native':
        return this.#beside(choice, own(block.rest))
      default:
        return ''
    }
  }

  #delta({ index, text, citation, rest }: Event<'delta'>): string {
    const open = this.#open.get(index)
    if (open === undefined) return ''
    const { choice, before, closers } = open
    const isSaid = text !== '' && before !== ''
    if (isSaid) open.text = open.block.type === 'reasoning' ? open.text + text : 'said'
    if (citation === undefined && rest === undefined) return isSaid ? `${before}${JSON.stringify(text)}${closers}${afterDelta}` : ''
    const { delta, ...fields } = own(rest)
    const said = isSaid ? `${before}${JSON.stringify(text)}${closers},${JSON.stringify({ logprobs: null, finish_reason: null, ...fields }).slice(1)}]}\n\n` : ''
    const cited = citation && writeCitation(citation)
    return `${said}${cited ? this.#frame(choice, { annotations: [cited] }) : ''}${this.#beside(choice, isSaid ? present({ delta }) : own(rest))}`
  }

  /** What the wire said beside its words, for clients who know what it means. */
  #beside(choice: number, { delta = {}, ...fields }: JsonObject): string {
    for (const _ in { ...fields, ...(delta as JsonObject) }) {
      return `${this.#head}"choices":[${JSON.stringify({ index: choice, delta, logprobs: null, finish_reason: null, ...fields })}]}\n\n`
    }
    return ''
  }

  #close({ index, signature, rest }: Event<'close'>): string {
    const open = this.#open.get(index)
    if (open === undefined) return ''
    this.#open.delete(index)
    const { block, choice } = open
    switch (block.type) {
      case 'reasoning':
        return this.#details(open, { ...block, text: block.text + open.text, ...(signature && { signature }), ...(rest && { rest }) })
      case 'tool-call':
        return this.#endCall(open, signature)
      case 'text':
        return signature ? this.#frame(choice, writeThoughtSignature(signature)) : ''
      default:
        return ''
    }
  }

  /** A thought that is signed or sealed is told once more and whole, for the client to bring back. */
  #details({ choice }: OpenBlock, block: ReasoningBlock): string {
    const state = this.#choices.get(choice)!
    const index = state.thoughts++
    if (isDetailed(block, true)) state.details.push(...writeDetails(block, index))
    return ''
  }

  /** The arguments of a call are JSON, also where a model gave none. */
  #endCall({ choice, block, place, before, closers, text }: OpenBlock, signature: Signature | undefined): string {
    const isEmpty = text === '' && before !== '' && block.type === 'tool-call' && !block.custom
    const proof = signature ? this.#frame(choice, { tool_calls: [{ index: place, ...writeThoughtSignature(signature) }] }) : ''
    return `${isEmpty ? `${before}"{}"${closers}${afterDelta}` : ''}${proof}`
  }

  #finish({ choice, reason, odds, rest }: Event<'finish'>): string {
    const { message: _, delta = {}, ...fields } = own(rest)
    const word = spelling(rest, 'finish') ?? writeFinish(reason, this.#isLegacy)
    const { details } = this.#choices.get(choice)!
    const proofs = details.length > 0 ? this.#frame(choice, { reasoning_details: details }) : ''
    return `${proofs}${this.#head}"choices":[${JSON.stringify({ index: choice, delta, logprobs: odds ? writeOdds(odds) : null, ...fields, finish_reason: word })}]}\n\n`
  }
}

function headOf(fields: JsonObject): string {
  return `data: ${JSON.stringify(fields).slice(0, -1)},`
}

const afterDelta = ',"logprobs":null,"finish_reason":null}]}\n\n'

/** What stands before the words of a block in its delta; empty for blocks without words, and for calls that the client cannot hear of. */
function keyOf(block: Block, place: number, isLegacy: boolean): string {
  switch (block.type) {
    case 'text':
      return '{"content":'
    case 'reasoning':
      return '{"reasoning_content":'
    case 'refusal':
      return '{"refusal":'
    case 'tool-call':
      if (isLegacy) return place === 0 ? '{"function_call":{"arguments":' : ''
      return `{"tool_calls":[{"index":${place},${block.custom ? '"custom":{"input":' : '"function":{"arguments":'}`
    default:
      return ''
  }
}

const closers: { readonly [opener: string]: string } = { '{': '}', '[': ']' }

/** Closes whatever `key` left open. */
function closing(key: string): string {
  return [...key.matchAll(/[{[]/g)]
    .reverse()
    .map(([opener]) => closers[opener])
    .join('')
}
