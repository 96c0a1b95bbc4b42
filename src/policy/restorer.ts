/** Puts back into an answer what was taken out of its request, as far as the model says the names that stand for it. */

import type { Block, ChatEvent, ChatResponse } from '../canonical/chat.ts'

/** The text with the values in it; in JSON they are written as its strings are. */
export type Restore = (text: string, isJson: boolean) => string

interface Open {
  readonly isJson: boolean
  /** The end of what has come, where it may be the beginning of a name. */
  tail: string
}

/** The longest that a name is as it is written. */
const longest = 80

/** From where on a text may be the beginning of a name; its length where it is not. */
function beginningOf(text: string): number {
  for (let at = Math.max(0, text.length - longest); at < text.length; at++) {
    const code = text.charCodeAt(at)
    if ((code === 0x3c || code === 0x5c) && mayBegin(text.slice(at))) return at
  }
  return text.length
}

/** `<`, or as JSON escapes it; letters; and not yet the end. */
function mayBegin(text: string): boolean {
  const name = text.startsWith('<') ? text.slice(1) : /^\\u003[cC]/.test(text) ? text.slice(6) : undefined
  if (name === undefined) return '\\u003c'.startsWith(text.toLowerCase())
  const after = name.replace(/^[A-Z][A-Z0-9_]*/, '')
  return after.length < 6 && '\\u003e'.startsWith(after.toLowerCase())
}

/** One for each streamed answer; works on whole ones too. */
export class Restorer {
  readonly #restore: Restore
  readonly #saysJson: boolean
  /** Blocks that are open, by their indexes. */
  readonly #open = new Map<number, Open>()

  constructor(restore: Restore, saysJson = false) {
    this.#restore = restore
    this.#saysJson = saysJson
  }

  events(events: readonly ChatEvent[]): readonly ChatEvent[] {
    const told: ChatEvent[] = []
    for (const event of events) this.#read(event, told)
    return told
  }

  #read(event: ChatEvent, told: ChatEvent[]): void {
    switch (event.type) {
      case 'open':
        this.#open.set(event.index, { isJson: this.#isJson(event.block), tail: '' })
        return void told.push({ ...event, block: this.#block(event.block) })
      case 'delta':
        return this.#grow(event, told)
      case 'close': {
        const tail = this.#open.get(event.index)?.tail ?? ''
        this.#open.delete(event.index)
        if (tail !== '') told.push({ type: 'delta', index: event.index, text: tail })
        return void told.push(event)
      }
      case 'start':
      case 'usage':
      case 'finish':
        told.push(event)
    }
  }

  #grow(delta: Extract<ChatEvent, { readonly type: 'delta' }>, told: ChatEvent[]): void {
    const open = this.#open.get(delta.index)
    if (open === undefined) return void told.push(delta)
    const text = open.tail + delta.text
    const end = beginningOf(text)
    open.tail = text.slice(end)
    const said = this.#restore(text.slice(0, end), open.isJson)
    if (said !== '' || delta.citation !== undefined || delta.rest !== undefined) told.push(said === delta.text ? delta : { ...delta, text: said })
  }

  response(response: ChatResponse): ChatResponse {
    return { ...response, choices: response.choices.map((choice) => ({ ...choice, blocks: choice.blocks.map((block) => this.#block(block)) })) }
  }

  #isJson(block: Block): boolean {
    return block.type === 'tool-call' ? block.custom !== true : block.type === 'text' && this.#saysJson
  }

  #block(block: Block): Block {
    switch (block.type) {
      case 'text':
      case 'reasoning':
      case 'refusal':
        return { ...block, text: this.#restore(block.text, this.#isJson(block)) }
      case 'tool-call':
        return { ...block, input: this.#restore(block.input, this.#isJson(block)) }
      case 'tool-result':
      case 'media':
      case 'document':
      case 'native':
        return block
    }
  }
}
