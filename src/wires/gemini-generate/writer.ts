/** Streams, written: each piece of words as an answer in little, calls whole, and the end of every choice with the usage in the last. */

import type { Json, JsonObject } from '../../base/json.ts'
import type { Block, ChatEvent, Citation, ReasoningBlock, Rest, Signature, Usage } from '../../canonical/chat.ts'
import { Failure, upstreamSentence } from '../../canonical/failure.ts'
import { mergeUsage } from '../../canonical/fold.ts'
import { Sequence, type BlockEvent } from '../sequence.ts'
import type { EventWriter, StreamOptions } from '../wire.ts'
import { writeGrounding } from './citations.ts'
import { writeError } from './error.ts'
import { own, spelling, toClient } from './own.ts'
import { writePart } from './parts.ts'
import { writeEnding, writeHead } from './response.ts'
import { carry, carryThoughts, isForeignThought } from './signature.ts'
import { writeUsage } from './usage.ts'

export function eventWriter({ inArray = false }: StreamOptions): EventWriter {
  return new Writer(inArray)
}

type Event<Type extends ChatEvent['type']> = Extract<ChatEvent, { type: Type }>

/** The most characters of a call, which is told when it is whole. */
const longestCall = 16 * 1024 * 1024
/** The most of a thought that is told again with the call that it led to. */
const longestThought = 1024 * 1024

interface Live {
  readonly block: Block
  /** Stands before each piece of its words; empty for blocks that are told whole. */
  readonly prefix: string
  /** The words of a call or a thought. */
  input: string
}

interface ChoiceState {
  /** Thoughts of another vendor's model, on the way to a call: those of one answer. */
  led: ReasoningBlock[]
  readonly sequence: Sequence
  readonly citations: Citation[]
  live?: Live
  ending?: Event<'finish'>
}

class Writer implements EventWriter {
  readonly #inArray: boolean
  #hasBegun = false
  /** What ends every chunk. */
  #tail = '}'
  #feedback: Rest | undefined
  #usage: Usage = {}
  /** By choice, and by index of the blocks that are open: as many as the answer has. */
  readonly #choices = new Map<number, ChoiceState>()
  readonly #placeOf = new Map<number, number>()

  constructor(inArray: boolean) {
    this.#inArray = inArray
  }

  write(event: ChatEvent): string {
    switch (event.type) {
      case 'start': {
        const head = JSON.stringify(writeHead(event))
        this.#tail = head === '{}' ? '}' : `,${head.slice(1)}`
        this.#feedback = event.rest
        return ''
      }
      case 'usage':
        this.#usage = mergeUsage(this.#usage, event.usage)
        return ''
      case 'finish':
        this.#stateOf(event.choice).ending = event
        return ''
      case 'open':
        this.#placeOf.set(event.index, event.choice)
        return this.#pass(event.choice, event)
      default:
        return this.#pass(this.#placeOf.get(event.index), event)
    }
  }

  /** Usage may come after the finish, so both are told here. */
  end(): string {
    let text = ''
    const candidates: Json[] = []
    for (const [index, state] of this.#choices) {
      for (const event of state.sequence.end()) text += this.#writeBlock(index, event)
      if (state.ending && !spelling(state.ending.rest, 'candidate')) candidates.push(endingOf(index, state.ending, state.citations))
    }
    const last = { ...(candidates.length > 0 && { candidates }), ...own(this.#feedback), usageMetadata: writeUsage(this.#usage) }
    return `${text}${this.#frame(`${JSON.stringify(last).slice(0, -1)}${this.#tail}`)}${this.#inArray ? ']' : ''}`
  }

  fail(failure: Failure): string {
    return `${this.#frame(JSON.stringify(writeError(failure)))}${this.#inArray ? ']' : ''}`
  }

  #stateOf(choice: number): ChoiceState {
    const known = this.#choices.get(choice)
    if (known) return known
    const state = { led: [], sequence: new Sequence(), citations: [] }
    this.#choices.set(choice, state)
    return state
  }

  /** Blocks of one choice follow each other; those of several may mix. */
  #pass(choice: number | undefined, event: BlockEvent): string {
    if (choice === undefined) return ''
    let text = ''
    for (const next of this.#stateOf(choice).sequence.push(event)) text += this.#writeBlock(choice, next)
    return text
  }

  #writeBlock(choice: number, event: BlockEvent): string {
    const state = this.#stateOf(choice)
    switch (event.type) {
      case 'open':
        state.live = { block: event.block, prefix: prefixOf(event.block), input: '' }
        if (event.block.type === 'text') state.citations.push(...(event.block.citations ?? []))
        return ''
      case 'delta':
        if (event.citation) state.citations.push(event.citation)
        return state.live ? this.#grow(choice, state.live, event.text) : ''
      case 'close': {
        const { live } = state
        state.live = undefined
        this.#placeOf.delete(event.index)
        return live ? this.#close(choice, live, event.signature) : ''
      }
    }
  }

  #grow(choice: number, live: Live, text: string): string {
    if (text === '') return ''
    if (live.block.type === 'reasoning' && live.input.length <= longestThought) live.input += text
    if (live.prefix !== '') return this.#frame(`${live.prefix}${JSON.stringify(text)}${this.#afterPart(choice)}`)
    live.input += text
    if (live.input.length > longestCall) throw new Failure('upstream_invalid_response', upstreamSentence('upstream_invalid_response'))
    return ''
  }

  /** What is signed has been told: the proof follows it on an empty part, as the vendor has it in streams. */
  #close(choice: number, { block, prefix, input }: Live, proof: Signature | undefined): string {
    const state = this.#stateOf(choice)
    if (block.type === 'reasoning' && input.length <= longestThought) {
      const thought = { ...block, text: block.text + input, ...(proof && { signature: proof }) }
      if (isForeignThought(thought)) state.led.push(thought)
    }
    if (block.type === 'tool-call') {
      const call = writePart({ ...block, input: block.input + input, ...(proof && { signature: proof }) }, toClient)
      const carrying = call && carryThoughts(call, state.led)
      state.led = []
      return this.#part(choice, carrying)
    }
    if (prefix === '') return this.#part(choice, writePart(block, toClient))
    const signature = proof ?? ('signature' in block ? block.signature : undefined)
    const carried = carry({ ...(signature && { signature }) })
    const beside = block.type === 'native' ? {} : own(block.rest)
    if (carried === undefined && Object.keys(beside).length === 0) return ''
    return this.#part(choice, { ...beside, text: '', ...(block.type === 'reasoning' && { thought: true }), ...(carried && { thoughtSignature: carried }) })
  }

  #part(choice: number, part: JsonObject | undefined): string {
    return part === undefined ? '' : this.#frame(`${partStart}${JSON.stringify(part)}${this.#afterPart(choice, '')}`)
  }

  /** Closes what a chunk opened, and says who answers. */
  #afterPart(choice: number, brace = '}'): string {
    return `${brace}],"role":"model"},"index":${choice}}]${this.#tail}`
  }

  #frame(chunk: string): string {
    if (!this.#inArray) return `data: ${chunk}\r\n\r\n`
    const before = this.#hasBegun ? ',\r\n' : '['
    this.#hasBegun = true
    return before + chunk
  }
}

const partStart = '{"candidates":[{"content":{"parts":['

/** What stands before the words of a block; empty for blocks that are told whole. */
function prefixOf(block: Block): string {
  if (block.type === 'reasoning') return block.redacted === undefined ? `${partStart}{"thought":true,"text":` : ''
  return block.type === 'text' || block.type === 'refusal' ? `${partStart}{"text":` : ''
}

function endingOf(index: number, { reason: finish, odds, rest }: Event<'finish'>, citations: readonly Citation[]): JsonObject {
  const ending = { finish, ...(odds && { odds }), ...(rest && { rest }) }
  return { content: { parts: [{ text: '' }], role: 'model' }, ...writeEnding(ending, writeGrounding(citations)), index }
}
