/** What was said on one connection lately, so that its client need not say everything again. It goes when the connection goes. */

import type { KeptAnswer } from '../gateway/memory.ts'

/** Clients go on from the last answer, and branch off from one a little older at most. */
const mostTurns = 8

export class RecentTurns {
  readonly #mostBytes: number
  /** Oldest first. Bounded by `mostTurns` and `#mostBytes`: the oldest go first. */
  readonly #turns = new Map<string, { readonly answer: KeptAnswer; readonly bytes: number }>()
  #bytes = 0

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  find(id: string): KeptAnswer | undefined {
    return this.#turns.get(id)?.answer
  }

  put(answer: KeptAnswer): void {
    this.#forget(answer.id)
    // The text says roughly what the objects hold.
    const bytes = JSON.stringify([answer.input, answer.output]).length
    this.#turns.set(answer.id, { answer: { ...answer, response: {} }, bytes })
    this.#bytes += bytes
    for (const id of this.#turns.keys()) {
      if (this.#turns.size <= mostTurns && this.#bytes <= this.#mostBytes) return
      this.#forget(id)
    }
  }

  #forget(id: string): void {
    this.#bytes -= this.#turns.get(id)?.bytes ?? 0
    this.#turns.delete(id)
  }
}
