/** A bank in memory, for tests of what stands on one: it can be slow, be away, and lose its answers. */

import { setImmediate } from 'node:timers/promises'
import { answerAsk } from '../../src/policy/counter-account.ts'
import type { Bank, CounterAsk, CounterTerms } from '../../src/policy/counter.ts'

interface Row {
  taken: number
  at: number
  readonly held: Map<string, number>
}

export class MemoryStore {
  /** The store's clock, in milliseconds since 1970. */
  now = 1_000_000
  readonly rows = new Map<string, Row>()
  readonly leases = new Map<string, number>()
  exchanges = 0
  /** Called before each exchange is done: waits, or throws. */
  before: () => Promise<void> = setImmediate
  /** So many answers are lost after what was asked was done. */
  #lost = 0

  bank(instance: string): Bank {
    return {
      exchange: async (asks) => {
        await this.before()
        this.exchanges += 1
        const states = asks.map((ask) => this.#answer(instance, ask))
        if (this.#lost > 0) this.#lose()
        return { at: this.now, states }
      },
      keep: async (ms) => {
        await this.before()
        this.leases.set(instance, this.now + ms)
      },
      close: async () => {
        for (const { held } of this.rows.values()) held.delete(instance)
      },
    }
  }

  /** What all processes hold of it, as far as they live. */
  heldOf(id: string): number {
    return sumOf(
      [...this.rows].filter(([key]) => key.startsWith(`${id}@`)).flatMap(([, { held }]) => [...held].map(([one, amount]) => this.#living(one, amount))),
    )
  }

  loseAnswer(): void {
    this.#lost += 1
  }

  spend(counter: string, from: number, amount: number): void {
    this.#rowOf(`${counter}@${from}`).taken += amount
  }

  #answer(instance: string, ask: CounterAsk) {
    const row = this.#rowOf(keyOf(ask.terms))
    const others = [...row.held].map(([one, held]) => (one === instance ? 0 : this.#living(one, held)))
    const answer = answerAsk(ask, { taken: row.taken, at: row.at, own: row.held.get(instance), elsewhere: sumOf(others) }, this.now)
    row.taken = answer.taken
    row.at = answer.at
    if (answer.held === 0) row.held.delete(instance)
    else row.held.set(instance, answer.held)
    return answer.state
  }

  #living(instance: string, held: number): number {
    return (this.leases.get(instance) ?? 0) > this.now ? held : 0
  }

  #lose(): never {
    this.#lost -= 1
    throw new Error('the answer was lost')
  }

  #rowOf(key: string): Row {
    const known = this.rows.get(key) ?? { taken: 0, at: this.now, held: new Map<string, number>() }
    this.rows.set(key, known)
    return known
  }
}

const keyOf = (terms: CounterTerms): string => `${terms.id}@${terms.kind === 'window' ? terms.from : 0}`

const sumOf = (amounts: Iterable<number>): number => [...amounts].reduce((sum, amount) => sum + amount, 0)
