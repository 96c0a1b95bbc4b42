/** Whether memory is so short that new calls must be refused, before it ends for all of them. */

import { getHeapStatistics } from 'node:v8'
import { monotonic } from '../base/clock.ts'

/** Bytes that JavaScript's objects take, and may take. */
export interface Heap {
  readonly used: number
  readonly limit: number
}

export interface OverloadTerms {
  /** Percent of the limit that may be used; 100 refuses nobody. */
  readonly percent: () => number
  /** Calls in flight, with the one that asks. */
  readonly calls: () => number
  readonly read?: () => Heap
  readonly time?: () => number
}

/** Milliseconds for which a look at the heap is good: one costs some microseconds. */
const lookEvery = 100
/** Percent below the limit at which calls are taken again: at the very limit every other call would be. */
const slack = 10
/** Bytes of a body that are worth a look of their own. */
const large = 256 * 1024
/** Bytes on the heap for each of a body, until the call is on its way: its text, and what it is read into. */
const grows = 4

/** What is used holds garbage too, but less and less of it the nearer the limit is: V8 collects the more often. */
export class Overload {
  readonly #terms: OverloadTerms
  readonly #read: () => Heap
  readonly #time: () => number
  #heap: Heap = { used: 0, limit: 1 }
  #lookedAt = -Infinity
  #isShort = false

  constructor(terms: OverloadTerms) {
    this.#terms = terms
    this.#read = terms.read ?? readHeap
    this.#time = terms.time ?? monotonic
  }

  /** A call that would be the only one is taken in any case: nothing of others is lost with it, and a gateway that takes none never finds out that it could. */
  hasRoomFor(bytes: number): boolean {
    const percent = this.#terms.percent()
    if (percent === 100) return true
    const time = this.#time()
    if (bytes >= large || time - this.#lookedAt >= lookEvery) this.#look(time, percent)
    const { used, limit } = this.#heap
    const isTooMuch = this.#isShort || (bytes >= large && used + bytes * grows > (limit * percent) / 100)
    return !isTooMuch || this.#terms.calls() <= 1
  }

  #look(time: number, percent: number): void {
    this.#lookedAt = time
    this.#heap = this.#read()
    const { used, limit } = this.#heap
    this.#isShort = used >= (limit * (this.#isShort ? percent - slack : percent)) / 100
  }
}

function readHeap(): Heap {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics()
  return { used, limit }
}
