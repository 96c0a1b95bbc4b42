/** One at a time, in the order they came: for a connection that a transaction needs to itself. */

import { StorageError } from './errors.ts'

/** So many may wait; more than that only queue behind a database that has stopped answering. */
const waitingLimit = 1000

export class Turns {
  #last: Promise<void> = Promise.resolve()
  #waiting = 0

  /** Resolves when it is this caller's turn, with the function that ends it. */
  async take(): Promise<() => void> {
    if (this.#waiting >= waitingLimit) throw new StorageError('busy', `${waitingLimit} requests already wait for the database.`)
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    this.#waiting += 1
    await before
    this.#waiting -= 1
    return resolve
  }
}
