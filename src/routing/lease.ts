/** One attempt's hold on a target: it counts there while it lasts, and tells the target's health how it went. */

import { monotonic } from '../base/clock.ts'
import type { Failure } from '../canonical/failure.ts'
import type { Leaf } from './leaf.ts'
import type { Standing } from './standing.ts'

export class Lease {
  readonly leaf: Leaf
  readonly beganAt: number
  readonly #places: readonly Standing[]
  /** Of each place, when it began. */
  readonly #epochs: number[] = []
  #hasSpoken = false
  #isSettled = false

  constructor(leaf: Leaf, time = monotonic()) {
    this.leaf = leaf
    this.beganAt = time
    this.#places = leaf.places
    for (const place of this.#places) this.#epochs.push(place.begin(time))
  }

  /** The target has said its first word. */
  speak(): void {
    const time = monotonic()
    this.#hasSpoken = true
    for (let at = 0; at < this.#places.length; at += 1) this.#places[at]!.succeed(time, this.#epochs[at]!, time - this.beganAt)
  }

  /** It is over, well or not; `hasAnswered`: with a status at least. Only the first end counts. */
  end(failure?: Failure, hasAnswered = false): void {
    if (this.#isSettled) return
    this.#isSettled = true
    const time = monotonic()
    if (failure !== undefined) this.#blame(failure, hasAnswered, time)
    else if (!this.#hasSpoken) this.#places.forEach((place, at) => place.release(this.#epochs[at]!, time))
    for (const place of this.#places) place.end(time)
  }

  /**
   * Whoever answered with a status is there, and took our secret, as far as the failure does not say otherwise. A target whose
   * silence its client did not bear any longer has not proved that it speaks.
   */
  #blame(failure: Failure, hasAnswered: boolean, time: number): void {
    const { health } = failure.row
    // What is built in fails because it was asked to.
    const isBuiltIn = this.leaf.target.connection.origin === ''
    const guilty = health === undefined || isBuiltIn ? undefined : this.leaf.placeOf(health.at)
    let isInnocent = hasAnswered && !this.#hasSpoken
    this.#places.forEach((place, at) => {
      const epoch = this.#epochs[at]!
      if (place === guilty) {
        isInnocent = false
        this.#punish(place, epoch, failure, time)
      } else if (isInnocent && !(place === this.leaf.own && failure.reason === 'client_closed')) place.succeed(time, epoch)
      else if (!this.#hasSpoken) place.release(epoch, time)
    })
  }

  #punish(place: Standing, epoch: number, failure: Failure, time: number): void {
    const { reason, retryAfterMs: told, row } = failure
    if (row.health!.does === 'count' && told === undefined) return place.fail(time, { epoch, beganAt: this.beganAt }, reason)
    place.eject(time, epoch, { reason, isBroken: false, ms: row.health!.ms, told })
  }
}
