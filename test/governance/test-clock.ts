/** A clock that tests move, with the timers that come due as it moves. */

import { setImmediate } from 'node:timers/promises'
import type { Clocks } from '../../src/policy/shares.ts'

export class TestClock implements Clocks {
  #time = 0
  #timers: { readonly at: number; readonly run: () => void }[] = []
  /** Hears how far it has moved before timers run. */
  onMove: (ms: number) => void = () => {}

  monotonic(): number {
    return this.#time
  }

  now(): number {
    return this.#time + 1
  }

  after(ms: number, run: () => void): { cancel(): void } {
    const timer = { at: this.#time + ms, run }
    this.#timers.push(timer)
    return { cancel: () => void (this.#timers = this.#timers.filter((one) => one !== timer)) }
  }

  /** Lets that much time pass, and what it sets going come to rest each time. */
  async move(ms: number): Promise<void> {
    const end = this.#time + ms
    for (;;) {
      await this.settle()
      const next = this.#timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0]
      this.#pass((next?.at ?? end) - this.#time)
      if (next === undefined) break
      this.#timers = this.#timers.filter((one) => one !== next)
      next.run()
    }
    await this.settle()
  }

  /** What does not wait for time comes to its end. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 8; turn += 1) await setImmediate()
  }

  #pass(ms: number): void {
    this.#time += ms
    this.onMove(ms)
  }
}
