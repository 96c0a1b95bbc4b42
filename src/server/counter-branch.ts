/** What this process has of one bank: opened with the first that is taken, kept alive, and given back at the end. */

import { monotonic, now, pause } from '../base/clock.ts'
import type { Bank } from '../policy/counter.ts'
import type { Want } from '../policy/charges.ts'
import { Shares, type Clocks, type Taken } from '../policy/shares.ts'
import { StorageError } from '../storage/errors.ts'

/** What is not used goes back after that; where nobody is heard of for so long, all of it does. Milliseconds. */
const sweepEvery = 100
const keepEvery = 3000
export const lease = 15_000
/** Opening it takes longer than asking it: a thread, a connection. */
const openMs = 3000

export interface BranchOptions {
  /** Asked for again where it rejects. */
  openBank(): Promise<Bank>
  /** Milliseconds that a call waits for it. */
  readonly patience: number
  /** Hears of every exchange how it ended. */
  heard(error?: unknown): void
}

const clocks: Clocks = {
  monotonic,
  now,
  after(ms, run) {
    let soon: NodeJS.Immediate | undefined
    // Where this process itself was late, the answer may have come long ago: what has come is heard first.
    const timer = setTimeout(() => (soon = setImmediate(run)), ms)
    return {
      cancel: () => {
        clearTimeout(timer)
        clearImmediate(soon)
      },
    }
  },
}

interface Opened {
  readonly bank: Bank
  readonly shares: Shares
  readonly timers: readonly NodeJS.Timeout[]
}

export class Branch {
  readonly #options: BranchOptions
  #opened: Opened | undefined
  #opening: Promise<Opened> | undefined

  constructor(options: BranchOptions) {
    this.#options = options
  }

  /** Undefined until something was counted. */
  get shares(): Shares | undefined {
    return this.#opened?.shares
  }

  take(wants: readonly Want[]): Taken | Promise<Taken> {
    return this.#opened === undefined ? this.#takeFirst(wants) : this.#opened.shares.take(wants)
  }

  /** So that the first call finds it open; it is tried again by that call where it cannot be. */
  async open(): Promise<void> {
    await this.#open().catch((error: unknown) => this.#options.heard(error))
  }

  /** What is used is said, and the rest given back. */
  async close(): Promise<void> {
    const opened = this.#opened ?? (await this.#opening?.catch(() => undefined))
    if (opened === undefined) return
    for (const timer of opened.timers) clearInterval(timer)
    // Twice: what was used a moment ago does not count as idle yet.
    await opened.shares.sweep()
    await pause(sweepEvery).done
    await opened.shares.sweep()
    await opened.bank.close()
  }

  async #takeFirst(wants: readonly Want[]): Promise<Taken> {
    const late = pause(openMs)
    try {
      const opened = await Promise.race([this.#open(), late.done])
      if (opened !== undefined) return await opened.shares.take(wants)
    } catch (error) {
      this.#options.heard(error)
    } finally {
      late.cancel()
    }
    return { fault: 'store', want: wants[0]! }
  }

  async #open(): Promise<Opened> {
    this.#opening ??= this.#begin()
    try {
      return (this.#opened = await this.#opening)
    } catch (error) {
      this.#opening = undefined
      throw error
    }
  }

  async #begin(): Promise<Opened> {
    const bank = this.#listening(await this.#options.openBank())
    const shares = new Shares({ bank, clocks, patience: this.#options.patience, lease })
    const keep = (): void => void shares.keep().catch(() => {})
    keep()
    return { bank, shares, timers: [setInterval(() => void shares.sweep(), sweepEvery), setInterval(keep, keepEvery)] }
  }

  /** The bank, and every answer of it is heard of here too. */
  #listening(bank: Bank): Bank {
    const { heard, patience } = this.#options
    const hear = async <T>(answer: Promise<T>): Promise<T> => {
      const late = clocks.after(patience, () => heard(new StorageError('unavailable', 'Counters are not answered for in time.')))
      try {
        const given = await answer
        heard()
        return given
      } catch (error) {
        heard(error)
        throw error
      } finally {
        late.cancel()
      }
    }
    return { exchange: (asks) => hear(bank.exchange(asks)), keep: (ms) => hear(bank.keep(ms)), close: () => bank.close() }
  }
}
