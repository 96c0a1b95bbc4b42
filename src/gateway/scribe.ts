/** Writes down what the client is told, where it may refer to it later. */

import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { SseCutter, type SseMessage } from '../base/sse.ts'
import type { Recall, Told } from '../surfaces/recall.ts'

export class Scribe {
  readonly #recall: Recall
  readonly #limit: number
  readonly #cutter: SseCutter | undefined
  #told: Told | undefined
  /** Bounded by `#limit` bytes. */
  #items: Json[] = []
  #length = 0
  #hasGivenUp = false

  /** `limit` is the most bytes of an answer that are written down. */
  constructor(recall: Recall, streams: boolean, limit: number) {
    this.#recall = recall
    this.#limit = limit
    this.#cutter = streams ? new SseCutter(limit) : undefined
  }

  /** A piece of a stream, or a whole answer. Never throws: what cannot be written down is not, and the client has its answer all the same. */
  take(piece: Buffer | string): void {
    if (this.#hasGivenUp || piece.length === 0) return
    try {
      const bytes = Buffer.from(piece as string)
      if (this.#cutter === undefined) this.#told = this.#recall.read(parsed(bytes.toString('utf8')))
      else for (const message of this.#cutter.push(bytes)) this.#read(message)
    } catch {
      this.#hasGivenUp = true
    }
  }

  /** Undefined where the client was told nothing that can be referred to, or more than is written down. */
  told(): Told | undefined {
    const told = this.#told
    if (told === undefined || this.#hasGivenUp) return undefined
    return told.output.length === 0 && this.#items.length > 0 ? { ...told, output: this.#items, response: { ...told.response, output: this.#items } } : told
  }

  /** Of the many messages only those are parsed that hold the answer, or an item of it. */
  #read(message: SseMessage): void {
    const { answer, item } = this.#recall.events
    if (message.bytes.includes(item)) this.#readItem(message)
    else if ([...answer].some((name) => message.bytes.includes(name))) this.#readAnswer(message)
  }

  #readItem({ bytes, data }: SseMessage): void {
    const event = parsed(data)
    if (event.type !== this.#recall.events.item || !isObject(event.item)) return
    this.#length += bytes.length
    if (this.#length > this.#limit) throw new RangeError('more items than are written down')
    this.#items.push(event.item)
  }

  #readAnswer({ data }: SseMessage): void {
    const { type, response } = parsed(data)
    if (this.#recall.events.answer.has(String(type)) && isObject(response)) this.#told = this.#recall.read(response) ?? this.#told
  }
}

function parsed(text: string): JsonObject {
  const value: unknown = JSON.parse(text)
  return isObject(value) ? value : {}
}
