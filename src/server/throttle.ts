/** Wrong keys: counted by where they come from, and beyond a measure refused with fewer words. A right key is let in from anywhere, so that nobody can lock others out. */

import { monotonic } from '../base/clock.ts'
import { householdOf } from '../base/networks.ts'
import { Failure, type Reason } from '../canonical/failure.ts'

export interface ThrottleParts {
  /** Hears once in a minute what came together in it. */
  readonly tell: (event: WrongKeys) => void
  readonly time?: () => number
}

/** The address may cost a look at the network: it is asked for where it is needed. */
interface Asker {
  readonly address: string
}

/** Of one minute. */
export interface WrongKeys {
  readonly wrong: number
  /** Of those: how many were refused as too many. */
  readonly throttled: number
  /** Households that they came from, as far as they were told apart. */
  readonly from: number
  /** How often the admin key was sent where clients' keys belong. */
  readonly admin: number
}

/** Wrong keys in a minute: of one household, and of all together. */
export const wrongKeys = { household: 60, all: 1000 } as const
const minute = 60_000

export class Throttle {
  readonly #parts: ThrottleParts
  readonly #time: () => number
  /** Wrong keys of this minute by household. Bounded by the measure of all together: beyond it nobody is told apart. */
  readonly #households = new Map<string, number>()
  #endsAt = 0
  #wrong = 0
  #throttled = 0
  #admin = 0
  #timer: NodeJS.Timeout | undefined

  constructor(parts: ThrottleParts) {
    this.#parts = parts
    this.#time = parts.time ?? monotonic
  }

  /** What is to be thrown in the place of `error`: a wrong key counts, and one too many is refused as that. */
  judge(error: unknown, asker: Asker): unknown {
    if (!(error instanceof Failure) || !this.#note(error.reason, asker)) return error
    return new Failure('too_many_wrong_keys', 'Too many wrong keys were sent from this network.', { retryAfterMs: this.#endsAt - this.#time() })
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  /** Whether it was a wrong key too many. */
  #note(reason: Reason, asker: Asker): boolean {
    if (reason !== 'invalid_api_key' && reason !== 'admin_key_misused') return false
    this.#begin()
    if (reason === 'admin_key_misused') {
      this.#admin += 1
      return false
    }
    const isTooMany = this.#isTooMany(asker)
    this.#wrong += 1
    if (isTooMany) this.#throttled += 1
    return isTooMany
  }

  #isTooMany({ address }: Asker): boolean {
    if (this.#wrong >= wrongKeys.all) return true
    const household = householdOf(address)
    const count = (this.#households.get(household) ?? 0) + 1
    this.#households.set(household, count)
    return count > wrongKeys.household
  }

  #begin(): void {
    const time = this.#time()
    if (time < this.#endsAt) return
    this.#end()
    this.#endsAt = time + minute
    this.#timer = setTimeout(() => this.#end(), minute).unref()
  }

  /** A minute is over: it is told of, and forgotten. */
  #end(): void {
    clearTimeout(this.#timer)
    const { size: from } = this.#households
    if (this.#wrong + this.#admin > 0) this.#parts.tell({ wrong: this.#wrong, throttled: this.#throttled, from, admin: this.#admin })
    this.#households.clear()
    this.#wrong = this.#throttled = this.#admin = this.#endsAt = 0
  }
}
