/** Several processes that count together, on a store in memory and a clock that the test moves. */

import assert from 'node:assert/strict'
import type { Want } from '../../src/policy/charges.ts'
import type { CounterTerms } from '../../src/policy/counter.ts'
import { Shares, type Hold, type Taken } from '../../src/policy/shares.ts'
import { MemoryStore } from './memory-bank.ts'
import { TestClock } from './test-clock.ts'

export const bucket = (capacity: number, id = 'b'): CounterTerms => ({ id, capacity, kind: 'bucket', period: 1000 })
export const money = (capacity: number, id = 'w'): CounterTerms => ({ id, capacity, kind: 'window', from: 0, to: 10_000_000, before: null })
export const slots = (capacity: number, id = 's'): CounterTerms => ({ id, capacity, kind: 'slots' })
export const want = (terms: CounterTerms, amount = 1): Want => ({ terms, amount, rule: undefined as never })

/** Processes on one store, under one clock. */
export class Scene {
  readonly store = new MemoryStore()
  readonly clock = new TestClock()
  readonly #processes: Shares[] = []

  constructor() {
    this.clock.onMove = (ms) => void (this.store.now += ms)
  }

  open(instance: string, patience = 500): Shares {
    const shares = new Shares({ bank: this.store.bank(instance), clocks: this.clock, patience, lease: 15_000 })
    this.#processes.push(shares)
    return shares
  }

  kill(shares: Shares): void {
    this.#processes.splice(this.#processes.indexOf(shares), 1)
  }

  /** Time goes on, and keepers do their work. */
  async move(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 100) {
      await this.clock.move(Math.min(left, 100))
      for (const shares of this.#processes) {
        void shares.sweep()
        void shares.keep().catch(() => {})
      }
    }
    await this.clock.settle()
  }

  /** The answer, however long it takes. */
  async end(taken: Taken | Promise<Taken>): Promise<Taken> {
    if (!(taken instanceof Promise)) return taken
    let isOver = false
    void taken.finally(() => (isOver = true))
    while (!isOver) await this.move(10)
    return taken
  }
}

export const held = (taken: Taken): Hold => {
  assert.ok('hold' in taken, JSON.stringify(taken))
  return taken.hold
}

export const allOf = (taking: readonly (Taken | Promise<Taken>)[]): Promise<readonly Taken[]> => Promise.all(taking.map(async (one) => one))
