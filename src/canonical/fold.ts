/** A whole answer is a folded stream, and a stream is an unfolded answer. */

import { isObject, type Json, type JsonObject } from '../base/json.ts'
import type { Block, ChatEvent, ChatResponse, Choice, Citation, Rest, Signature, Usage } from './chat.ts'

export function fold(events: Iterable<ChatEvent>): ChatResponse {
  const folder = new Folder()
  folder.push(events)
  return folder.result()
}

type Growing = { readonly choice: number; readonly block: Block; text: string; signature?: Signature; readonly citations: Citation[]; readonly rests: Rest[] }
type Ending = Omit<Choice, 'blocks'>
type Start = Extract<ChatEvent, { type: 'start' }>

/** Folds a stream while it comes. What it holds is the answer itself: bounded by whoever bounds the stream. */
export class Folder {
  #start: Start | undefined
  #usage: Usage = {}
  /** By index; one entry for each block of the answer. */
  readonly #blocks = new Map<number, Growing>()
  /** By choice; one entry for each choice of the answer. */
  readonly #endings = new Map<number, Ending>()

  push(events: Iterable<ChatEvent>): void {
    for (const event of events) this.#add(event)
  }

  #add(event: ChatEvent): void {
    switch (event.type) {
      case 'start':
        this.#start = event
        return
      case 'open':
        this.#blocks.set(event.index, { choice: event.choice, block: event.block, text: '', citations: [], rests: event.block.rest ? [event.block.rest] : [] })
        return
      case 'delta':
        return grow(this.#blocks.get(event.index), event)
      case 'close':
        return seal(this.#blocks.get(event.index), event)
      case 'usage':
        this.#usage = mergeUsage(this.#usage, event.usage)
        return
      case 'finish': {
        const { reason, stopSequence, odds, rest } = event
        const ending = { finish: reason, ...(stopSequence !== undefined && { stopSequence }), ...(odds && { odds }), ...(rest && { rest }) }
        this.#endings.set(event.choice, ending)
      }
    }
  }

  /** What has come so far. A choice without its finish ends for an `other` reason. */
  result(): ChatResponse {
    const { id = '', model = '', created, rest } = this.#start ?? {}
    return { id, model, ...(created !== undefined && { created }), choices: this.#choices(), usage: this.#usage, ...(rest && { rest }) }
  }

  #choices(): Choice[] {
    const blocks = new Map<number, Block[]>()
    for (const choice of this.#endings.keys()) blocks.set(choice, [])
    for (const growing of this.#blocks.values()) {
      const siblings = blocks.get(growing.choice)
      if (siblings) siblings.push(grown(growing))
      else blocks.set(growing.choice, [grown(growing)])
    }
    const inOrder = [...blocks].sort(([left], [right]) => left - right)
    return inOrder.map(([choice, said]) => ({ blocks: said, ...(this.#endings.get(choice) ?? { finish: 'other' }) }))
  }
}

function grow(growing: Growing | undefined, { text, citation, rest }: Extract<ChatEvent, { type: 'delta' }>): void {
  if (growing === undefined) return
  growing.text += text
  if (citation) growing.citations.push(citation)
  if (rest) growing.rests.push(rest)
}

function seal(growing: Growing | undefined, { signature, rest }: Extract<ChatEvent, { type: 'close' }>): void {
  if (growing === undefined) return
  if (signature) growing.signature = signature
  if (rest) growing.rests.push(rest)
}

function grown({ block, text, citations, signature, rests }: Growing): Block {
  const rest = rests.length > 1 ? sumOf(rests) : rests[0]
  const ends = { ...(signature && { signature }), ...(rest && { rest }) }
  switch (block.type) {
    case 'text':
      return { ...block, text: block.text + text, ...(citations.length > 0 && { citations: [...(block.citations ?? []), ...citations] }), ...ends }
    case 'reasoning':
      return { ...block, text: block.text + text, ...ends }
    case 'tool-call':
      return { ...block, input: block.input + text, ...ends }
    case 'refusal':
      return { ...block, text: block.text + text, ...(rest && { rest }) }
    case 'native':
      return rest ? { ...block, rest } : block
    case 'media':
    case 'document':
    case 'tool-result':
      return { ...block, ...(rest && { rest }) }
  }
}

/** The events of a whole answer; `fold` makes the same answer of them. */
export function unfold(response: ChatResponse): ChatEvent[] {
  const { id, model, created, rest } = response
  const events: ChatEvent[] = [{ type: 'start', id, model, ...(created !== undefined && { created }), ...(rest && { rest }) }]
  let index = 0
  response.choices.forEach(({ blocks, finish, stopSequence, odds, rest: ending }, choice) => {
    for (const block of blocks) unfoldBlock(events, { choice, index: index++, block })
    const said = { ...(stopSequence !== undefined && { stopSequence }), ...(odds && { odds }), ...(ending && { rest: ending }) }
    events.push({ type: 'finish', choice, reason: finish, ...said })
  })
  events.push({ type: 'usage', usage: response.usage })
  return events
}

function unfoldBlock(events: ChatEvent[], { choice, index, block }: { choice: number; index: number; block: Block }): void {
  const { emptied, text, citations, signature } = taken(block)
  events.push({ type: 'open', choice, index, block: emptied })
  if (text !== '') events.push({ type: 'delta', index, text })
  for (const citation of citations) events.push({ type: 'delta', index, text: '', citation })
  events.push({ type: 'close', index, ...(signature && { signature }) })
}

/** A block as it opens, and what comes after. */
function taken(block: Block): { emptied: Block; text: string; citations: readonly Citation[]; signature?: Signature } {
  switch (block.type) {
    case 'text': {
      const { citations = [], signature, ...emptied } = block
      return { emptied: { ...emptied, text: '' }, text: block.text, citations, signature }
    }
    case 'reasoning': {
      const { signature, ...emptied } = block
      return { emptied: { ...emptied, text: '' }, text: block.text, citations: [], signature }
    }
    case 'tool-call': {
      const { signature, ...emptied } = block
      return { emptied: { ...emptied, input: '' }, text: block.input, citations: [], signature }
    }
    case 'refusal':
      return { emptied: { ...block, text: '' }, text: block.text, citations: [] }
    default:
      return { emptied: block, text: '', citations: [] }
  }
}

/** Providers tell usage in pieces, or again and again: what is said later holds, and what is left out says nothing. */
export function mergeUsage(earlier: Usage, later: Usage): Usage {
  const merged: { -readonly [word in keyof Usage]: Usage[word] } = { ...earlier }
  for (const word in later) {
    const said = later[word as keyof Usage]
    if (said !== undefined) Object.assign(merged, { [word]: said })
  }
  if (earlier.rest && later.rest?.wire === earlier.rest.wire) {
    merged.rest = { ...joinedSpelling(earlier.rest, later.rest), fields: { ...earlier.rest.fields, ...later.rest.fields } }
  }
  return merged
}

function joinedSpelling(earlier: Rest, later: Rest): Rest {
  return earlier.spelled || later.spelled ? { ...later, spelled: { ...earlier.spelled, ...later.spelled } } : later
}

/** Fragments of one block's rest add up: lists are joined, objects merged, else the later holds. */
function sumOf(rests: readonly Rest[]): Rest {
  return rests.reduce<Rest>(
    (sum, rest) => {
      if (sum.wire !== rest.wire) return { ...rest, fields: addFields({}, rest.fields) }
      return { ...joinedSpelling(sum, rest), fields: addFields(sum.fields, rest.fields) }
    },
    { wire: rests[0]!.wire, fields: {} },
  )
}

/** Adds to `sum` itself, so that a list that comes in a thousand pieces is not copied a thousand times. */
function addFields(sum: JsonObject, fields: JsonObject): JsonObject {
  for (const field in fields) sum[field] = add(sum[field], fields[field]!)
  return sum
}

function add(earlier: Json | undefined, later: Json): Json {
  if (Array.isArray(later)) {
    if (!Array.isArray(earlier)) return [...later]
    for (const item of later) earlier.push(item)
    return earlier
  }
  if (isObject(later)) return addFields(isObject(earlier) ? earlier : {}, later)
  return later
}
