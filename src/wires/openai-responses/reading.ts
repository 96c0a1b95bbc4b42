/** One item of a stream while it comes: what was said of it is told as it comes, and what its end says once more only where it is more. */

import type { JsonObject } from '../../base/json.ts'
import type { Block, ChatEvent, Citation, ReasoningBlock } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { beginItem, readCall } from './items.ts'
import { joinName } from './tools.ts'
import { kept, own } from './own.ts'
import { cutsOf, joint, type Kind } from './reasoning.ts'
import { readOutput } from './response.ts'

/** Where words stand: in a text or a refusal of a message, in a summary or the open text of a thought, in the input of a call. */
export type Words = 'text' | 'refusal' | 'summary' | 'thought' | 'call'

const mostParts = 1024

/** Summaries and open texts, by the letters they are kept under. */
const kindOf: { readonly [words in Words]?: Kind } = { summary: 's', thought: 'c' }

interface Part {
  readonly index: number
  readonly words: Words
  /** How much has been told. */
  length: number
  citations: number
  hasProbabilities: boolean
}

/** Tells events, and gives out the indexes of blocks. */
export interface Telling {
  tell(event: ChatEvent): void
  nextIndex(block: Block): number
}

export class ItemReading {
  readonly #telling: Telling
  /** What its start said. */
  #head: JsonObject
  /** By what they are and where they stand; at most `mostParts`. */
  readonly #parts = new Map<string, Part>()
  #hasBegun = false
  isDone = false

  constructor(telling: Telling, head: JsonObject) {
    this.#telling = telling
    this.#head = head
  }

  /** Only a call is worth telling before its first word. */
  begin(item: JsonObject): void {
    if (this.isDone) return
    this.#head = item
    if (item.type !== 'function_call' && item.type !== 'custom_tool_call') return
    if (!this.#parts.has('call0')) this.#add('call0', 'call', { ...readCall(item, (name, namespace) => joinName(namespace, name)), input: '' })
  }

  /** Where a call was not begun its name is not known: its words are told at its end. */
  say(words: Words, place: number, text: string): void {
    const part = words === 'call' ? this.#parts.get('call0') : this.#partAt(words, place)
    if (part && text !== '') this.#grow(part, text)
  }

  /** What the end of a part says in whole. */
  fill(words: Words, place: number, text: string): void {
    const said = this.#parts.get(`${words}${place}`)?.length ?? 0
    if (text.length > said) this.say(words, place, text.slice(said))
  }

  cite(place: number, citation: Citation): void {
    const part = this.#partAt('text', place)
    part.citations += 1
    this.#telling.tell({ type: 'delta', index: part.index, text: '', citation })
  }

  addProbabilities(place: number, logprobs: JsonObject[]): void {
    const part = this.#partAt('text', place)
    part.hasProbabilities = true
    this.#telling.tell({ type: 'delta', index: part.index, text: '', ...kept({ logprobs }) })
  }

  /** The whole item: tells what was not told, and closes. */
  finish(item: JsonObject): void {
    if (this.isDone) return
    this.isDone = true
    readOutput(item).forEach((block, place) => this.#finishBlock(block, place))
    this.#closeLeft()
  }

  /** Closes an item whose end never came. */
  abandon(): void {
    if (!this.isDone) this.#closeLeft()
    this.isDone = true
  }

  #closeLeft(): void {
    for (const index of new Set([...this.#parts.values()].map((part) => part.index))) this.#telling.tell({ type: 'close', index })
    this.#parts.clear()
  }

  #finishBlock(block: Block, place: number): void {
    switch (block.type) {
      case 'text':
      case 'refusal':
        return this.#finishWords(block, place)
      case 'reasoning':
        return this.#finishThought(block)
      case 'tool-call': {
        const part = this.#parts.get('call0') ?? this.#add('call0', 'call', { ...block, input: '' })
        if (block.input.length > part.length) this.#grow(part, block.input.slice(part.length))
        return this.#close('call0', block)
      }
      default: {
        // A message whose end has no content, though it said something.
        if (block.type === 'native' && block.name === 'message' && this.#hasBegun) return
        const index = this.#telling.nextIndex(block)
        this.#telling.tell({ type: 'open', choice: 0, index, block })
        this.#telling.tell({ type: 'close', index })
      }
    }
  }

  #finishWords(block: Extract<Block, { type: 'text' | 'refusal' }>, place: number): void {
    const part = this.#partAt(block.type, place)
    if (block.text.length > part.length) this.#grow(part, block.text.slice(part.length))
    if (block.type === 'text') for (const citation of block.citations?.slice(part.citations) ?? []) this.cite(place, citation)
    const { logprobs: _, ...fields } = own(block.rest)
    const rest = part.hasProbabilities ? kept(fields, block.rest?.spelled).rest : block.rest
    this.#close(`${block.type}${place}`, { ...block, ...(rest && { rest }) })
  }

  /** A thought may come in several parts, which are one block; its end may tell what no part did. */
  #finishThought(block: ReasoningBlock): void {
    const thoughts = [...this.#parts].filter(([, { words }]) => kindOf[words] !== undefined)
    const parts = thoughts.map(([, part]) => part)
    const first = parts[0] ?? this.#add('summary0', 'summary', bareThought(block))
    const told = parts.reduce((sum, { length }) => sum + length, 0) + Math.max(0, parts.length - 1) * joint.length
    if (block.text.length > told) this.#telling.tell({ type: 'delta', index: first.index, text: block.text.slice(told) })
    const arrived = parts.map(({ words, length }) => ({ kind: kindOf[words] ?? 's', length }))
    const cuts = told === block.text.length ? cutsOf(arrived) : block.rest?.spelled?.cuts
    const { cuts: _, ...spelled } = block.rest?.spelled ?? {}
    const { rest } = kept(own(block.rest), cuts === undefined ? spelled : { ...spelled, cuts })
    for (const [key] of thoughts) this.#parts.delete(key)
    this.#parts.delete('summary0')
    this.#telling.tell({ type: 'close', index: first.index, ...(block.signature && { signature: block.signature }), ...(rest && { rest }) })
  }

  #close(key: string, { rest }: Block): void {
    this.#telling.tell({ type: 'close', index: this.#parts.get(key)!.index, ...(rest && { rest }) })
    this.#parts.delete(key)
  }

  #grow(part: Part, text: string): void {
    part.length += text.length
    this.#telling.tell({ type: 'delta', index: part.index, text })
  }

  #partAt(words: Words, place: number): Part {
    const key = `${words}${place}`
    const known = this.#parts.get(key)
    if (known) return known
    if (words === 'text' || words === 'refusal') return this.#add(key, words, this.#emptyPart(words))
    const [first] = this.#parts.values()
    if (first === undefined) return this.#add(key, words, { type: 'reasoning', text: '' })
    this.#telling.tell({ type: 'delta', index: first.index, text: joint })
    return this.#keep(key, { ...first, words, length: 0 })
  }

  #emptyPart(type: 'text' | 'refusal'): Block {
    const block = { type, text: '' } as const
    if (this.#hasBegun) return block
    this.#hasBegun = true
    const { type: _, role: __, content: ___, ...about } = this.#head
    return beginItem(block, about, { item: 'list' })
  }

  #add(key: string, words: Words, block: Block): Part {
    const index = this.#telling.nextIndex(block)
    this.#telling.tell({ type: 'open', choice: 0, index, block })
    return this.#keep(key, { index, words, length: 0, citations: 0, hasProbabilities: false })
  }

  #keep(key: string, part: Part): Part {
    if (this.#parts.size === mostParts) throw new Failure('upstream_invalid_response', 'The provider’s stream has an item of too many parts.')
    this.#parts.set(key, part)
    return part
  }
}

/** As it opens: what proves it, and what stood beside it, comes with the close. */
function bareThought({ redacted }: ReasoningBlock): ReasoningBlock {
  return { type: 'reasoning', text: '', ...(redacted !== undefined && { redacted }) }
}
