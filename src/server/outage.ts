/** Something that receipts need is away: the log of the process hears of it once when that begins and once when it ends, however often it is tried in between. */

import { LogError } from '../ledger/errors.ts'
import { StorageError } from '../storage/errors.ts'

/** What may be told of an error: our own words, and the code of the system or the database. */
export interface Fault {
  readonly reason: string
  readonly problem: string
  readonly code: string | null
}

export interface OutageListener {
  begins(fault: Fault): void
  ends(): void
}

/** Of parts that may each be away; it ends with the last of them. */
export class Outage<Part extends string> {
  readonly #listener: OutageListener
  /** Bounded by the parts that there are. */
  readonly #away = new Map<Part, Fault>()

  constructor(listener: OutageListener) {
    this.#listener = listener
  }

  /** Undefined where all is there. */
  get fault(): Fault | undefined {
    return this.#away.values().next().value
  }

  isOf(part: Part): boolean {
    return this.#away.has(part)
  }

  fail(part: Part, error: unknown): void {
    const fault = faultOf(error)
    const begins = this.#away.size === 0
    this.#away.set(part, fault)
    if (begins) this.#listener.begins(fault)
  }

  mend(part: Part): void {
    if (this.#away.delete(part) && this.#away.size === 0) this.#listener.ends()
  }
}

export function faultOf(error: unknown): Fault {
  if (!(error instanceof LogError || error instanceof StorageError)) return { reason: 'unknown', problem: 'unknown', code: null }
  const { reason, message, code } = error
  return { reason, problem: message, code: code ?? null }
}
