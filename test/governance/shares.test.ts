/** Processes that take, settle, lose answers and are killed, in whatever order: nobody has more than there is, and at rest nothing is held. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bucket, money, Scene, slots, want } from './counting.ts'
import type { Want } from '../../src/policy/charges.ts'
import type { Hold, Shares } from '../../src/policy/shares.ts'

test('(routing 31, 34) whatever processes do, together they never have more than there is, and at rest hold nothing', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), play), { numRuns: 100, seed: 20261121 })
})

interface Step {
  readonly does: 'take' | 'settle' | 'wait' | 'index' | 'lose' | 'kill'
  readonly process: number
  readonly amounts: readonly number[]
  readonly ms: number
}

const step: fc.Arbitrary<Step> = fc.record({
  does: fc.constantFrom('take', 'take', 'take', 'take', 'settle', 'settle', 'wait', 'wait', 'index', 'lose', 'kill'),
  process: fc.nat(2),
  amounts: fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 3, maxLength: 3 }),
  ms: fc.integer({ min: 1, max: 300 }),
})

/** What a call holds, or has used, by the counters of `all`. */
interface Call {
  readonly owner: Shares
  readonly hold: Hold
  readonly wants: readonly Want[]
  readonly amounts: number[]
  state: 'open' | 'settled' | 'indexed'
}

const all = [bucket(40), money(60), slots(9)] as const

class Game {
  readonly #scene = new Scene()
  readonly #processes = ['a', 'b', 'c'].map((name) => this.#scene.open(name))
  readonly #calls: Call[] = []
  #killed = 0

  async play({ does, process, amounts, ms }: Step): Promise<void> {
    const shares = this.#processes[process]!
    switch (does) {
      case 'take':
        return this.#take(shares, amounts)
      case 'settle': {
        const call = this.#calls.find(({ owner, state }) => owner === shares && state === 'open')
        if (call !== undefined) this.#settle(call, amounts)
        return
      }
      case 'index':
        return this.#calls.filter(({ state }) => state === 'settled').forEach((call) => this.#index(call))
      case 'wait':
        return this.#scene.move(ms)
      case 'lose':
        return this.#scene.store.loseAnswer()
      case 'kill':
        this.#killed += 1
        this.#scene.kill(shares)
        this.#processes[process] = this.#scene.open(`the one after ${this.#killed}`)
    }
  }

  check(): void {
    for (const terms of all) {
      const had = this.#calls.reduce((sum, { wants, amounts }) => sum + wants.reduce((part, one, at) => part + (one.terms === terms ? amounts[at]! : 0), 0), 0)
      const filled = terms.kind === 'bucket' ? Math.ceil((this.#scene.clock.monotonic() / terms.period) * terms.capacity) : 0
      assert.ok(had <= terms.capacity + filled, `${had} of ${terms.id}`)
    }
  }

  /** Calls come to their end; those that were killed leave nothing behind either, when their leases have ended. */
  async end(): Promise<void> {
    await this.#scene.move(1000)
    for (const call of this.#calls.filter(({ owner }) => this.#processes.includes(owner))) {
      if (call.state === 'open') this.#settle(call, [1, 1, 1])
      if (call.state === 'settled') this.#index(call)
    }
    await this.#scene.move(this.#killed > 0 ? 16_000 : 1000)
    for (const { id } of all) assert.equal(this.#scene.store.heldOf(id), 0)
  }

  async #take(owner: Shares, needs: readonly number[]): Promise<void> {
    const wants = all.map((terms, at) => want(terms, needs[at])).filter(({ amount }) => amount > 0)
    void Promise.resolve(owner.take(wants)).then((taken) => {
      if ('hold' in taken) this.#calls.push({ owner, hold: taken.hold, wants, amounts: wants.map(({ amount }) => amount), state: 'open' })
    })
    await this.#scene.move(1)
  }

  #settle(call: Call, used: readonly number[]): void {
    call.wants.forEach(({ terms, amount }, at) => (call.amounts[at] = terms.kind === 'slots' ? 0 : Math.min(used[at]!, amount)))
    call.hold.settle(call.amounts, this.#receiptOf(call))
    call.state = 'settled'
  }

  #index(call: Call): void {
    call.wants.forEach(({ terms }, at) => terms.kind === 'window' && this.#scene.store.spend(terms.id, terms.from, call.amounts[at]!))
    call.owner.indexed([this.#receiptOf(call)])
    call.state = 'indexed'
  }

  #receiptOf(call: Call): string {
    return String(this.#calls.indexOf(call))
  }
}

async function play(steps: readonly Step[]): Promise<void> {
  const game = new Game()
  for (const step of steps) {
    await game.play(step)
    game.check()
  }
  await game.end()
}
