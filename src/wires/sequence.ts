/** Puts the blocks of a stream one after the other, for wires whose clients hear of no block before the one before it is closed. */

import type { ChatEvent } from '../canonical/chat.ts'
import { Failure } from '../canonical/failure.ts'

/** What is said of blocks. */
export type BlockEvent = Extract<ChatEvent, { type: 'open' | 'delta' | 'close' }>

/** The most characters of blocks that wait for their turn. */
const mostWaiting = 16 * 1024 * 1024

const nothing: readonly BlockEvent[] = []

export class Sequence {
  #live: number | undefined
  /** By index, in the order they opened; bounded by `mostWaiting`. */
  readonly #waiting = new Map<number, BlockEvent[]>()
  #waitingLength = 0

  /** The events that may be told now: this one, or none, or also those that waited for it. Throws `Failure` where too much waits. */
  push(event: BlockEvent): readonly BlockEvent[] {
    if (event.type === 'open' && this.#live === undefined) this.#live = event.index
    if (event.index !== this.#live) return this.#wait(event)
    if (event.type !== 'close') return [event]
    this.#live = undefined
    return this.#waiting.size === 0 ? [event] : [event, ...this.#goOn()]
  }

  /** Closes what is still open, each in its turn. */
  end(): readonly BlockEvent[] {
    const events: BlockEvent[] = []
    while (this.#live !== undefined) events.push(...this.push({ type: 'close', index: this.#live }))
    return events
  }

  #wait(event: BlockEvent): readonly BlockEvent[] {
    if (event.type === 'open') this.#waiting.set(event.index, [])
    this.#waiting.get(event.index)?.push(event)
    if (event.type === 'delta') this.#waitingLength += event.text.length
    if (this.#waitingLength > mostWaiting) throw new Failure('upstream_invalid_response', 'The provider keeps too many blocks open at once.')
    return nothing
  }

  /** The next block has waited for its turn: what came of it is told, and the rest of it streams. */
  #goOn(): BlockEvent[] {
    const events: BlockEvent[] = []
    for (const [index, waited] of this.#waiting) {
      if (this.#live !== undefined) break
      this.#waiting.delete(index)
      for (const event of waited) if (event.type === 'delta') this.#waitingLength -= event.text.length
      if (waited.at(-1)?.type !== 'close') this.#live = index
      events.push(...waited)
    }
    return events
  }
}
