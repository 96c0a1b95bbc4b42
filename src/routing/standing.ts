/** How a place fares that calls go to: a provider, one of its accounts, a target, or a quota that targets share. */

import type { Reason } from '../canonical/failure.ts'
import { FairQueue, type Waiting } from './queue.ts'

/** When a place is left alone, and for how long. Milliseconds; `failures` are windows in which at least half of the attempts failed. */
export interface HealthTerms {
  readonly failures: number
  readonly window: number
  readonly ejection: number
  readonly longestEjection: number
  /** Whether places that broke are tried, one call at a time, where no other is left. */
  readonly panic: boolean
  /** Calls that may wait for one place. */
  readonly queueSize: number
}

/** Why a place is left alone: what broke is probed early where nothing else is left; what told us to stay away, or knows our secret to be wrong, is not. */
export interface Ejection {
  readonly reason: Reason
  /** On the monotonic clock. */
  readonly until: number
  readonly isBroken: boolean
  /** How many came one after the other; the next is twice as long. */
  readonly times: number
}

interface Cause {
  readonly reason: Reason
  readonly isBroken: boolean
  /** Milliseconds at first; the terms' own where absent. */
  readonly ms?: number | undefined
  /** Milliseconds, as the provider said. */
  readonly told?: number | undefined
}

/** Probes that must succeed, each time twice as many at once, until a place is trusted again. */
const trusted = 64
/** Two processes do not read the same clock at the same moment, in milliseconds. */
const clockSlack = 50
/** A place is tried at most so often where nothing else is left, in milliseconds. */
const panicEvery = 1000
/** A success takes back half of a failure: a third of failures opens the breaker sooner or later, less never does. */
const takenBack = 0.5

export class Standing {
  readonly name: string
  /** Calls under way, those included whose answer is still being read. */
  inFlight = 0
  /** Milliseconds until the first word, smoothed; 0 until one was heard. */
  latency = 0
  /** The share of attempts that failed, smoothed. */
  errors = 0
  /** Calls that it may have under way. */
  limit = Infinity
  /** Counts up with every ejection, so that what was begun before is told from what came after. */
  epoch = 0
  ejection: Ejection | undefined
  readonly #terms: () => HealthTerms
  readonly #changed: (standing: Standing, isNews: boolean) => void
  /** Until when it is left alone; 0 where it is trusted. A field of its own, since it is read a thousand times for one choice. */
  #until = 0
  #room = 1
  #probes = 0
  #probedAt = -Infinity
  #reserved = 0
  #lastPanic = -Infinity
  /** What broke may tell us to stay away beside that: until then it is not tried early. */
  #toldUntil = -Infinity
  #queue: FairQueue | undefined
  /** Failures that count, before this window and with it. */
  #before = 0
  #counted = 0
  #windowAt = -Infinity
  #windowOf = -Infinity
  #windowFailures = 0
  #windowSuccesses = 0
  #trustedAt = -Infinity
  #lastLength = 0

  /** `changed` hears what is to be stored; `isNews` where somebody should hear of it: not that what is left alone is so for longer. */
  constructor(name: string, terms: () => HealthTerms, changed: (standing: Standing, isNews: boolean) => void) {
    this.name = name
    this.#terms = terms
    this.#changed = changed
  }

  /** Whether a call may go there now. */
  isIn(time: number): boolean {
    if (this.inFlight + this.#reserved >= this.limit) return false
    return this.#until === 0 || (time >= this.#until && (this.#probes + this.#reserved < this.#room || this.#isProbeLate(time)))
  }

  /** A probe that hangs, or writes at length, does not keep out all others: as if it had failed, the next one may go. */
  #isProbeLate(time: number): boolean {
    return this.#reserved === 0 && time - this.#probedAt >= this.#terms().ejection
  }

  get failures(): number {
    return this.#counted
  }

  get waiting(): number {
    return this.#queue?.length ?? 0
  }

  stateAt(time: number): 'closed' | 'open' | 'half_open' {
    return this.#until === 0 ? 'closed' : time < this.#until ? 'open' : 'half_open'
  }

  /** Milliseconds until it may be asked, as far as it was told; Infinity where it broke, and nobody knows; 0 where it is not left alone. */
  outFor(time: number): number {
    if (this.stateAt(time) !== 'open') return 0
    const { isBroken, until } = this.ejection!
    return isBroken ? Infinity : until - time
  }

  /** Whether there is room to wait, and it could be asked soon: it is full, or proving itself, or told us to come back within `patience` milliseconds. */
  isWorthWaiting(time: number, patience: number): boolean {
    if (this.waiting >= this.#terms().queueSize) return false
    if (this.#until === 0) return true
    if (time < this.#until) return this.outFor(time) <= patience
    return this.#room > 1 || !this.ejection!.isBroken
  }

  /** Whether it broke, and may be tried all the same because nothing else is left. */
  mayPanic(time: number): boolean {
    const isBroken = this.ejection?.isBroken === true && this.#until !== 0 && time >= this.#toldUntil
    return isBroken && this.#terms().panic && this.#probes === 0 && time - this.#lastPanic >= panicEvery && this.inFlight < this.limit
  }

  /** A call goes there. Returns the epoch, which it hands in when it is done. */
  begin(time: number): number {
    this.inFlight += 1
    if (this.#until === 0) return this.epoch
    this.#probes += 1
    this.#probedAt = time
    if (time < this.#until) this.#lastPanic = time
    return this.epoch
  }

  /** The call is over, however it went. */
  end(time: number): void {
    this.inFlight -= 1
    this.admit(time)
  }

  /** The attempt that began then has spoken: `latency` is how long that took, where it is a measure. */
  succeed(time: number, epoch: number, latency?: number): void {
    this.errors *= 0.9
    if (latency !== undefined) this.latency = this.latency === 0 ? latency : this.latency * 0.8 + latency * 0.2
    if (this.#until === 0) return this.#count(time, -Infinity, false)
    if (epoch !== this.epoch) return
    this.#probes -= 1
    this.#until = Math.min(this.#until, time)
    this.#room *= 2
    if (this.#room >= trusted) {
      this.#trust(time)
      this.#changed(this, true)
    }
    this.admit(time)
  }

  /** It failed in a way that says something of this place. */
  fail(time: number, attempt: { readonly epoch: number; readonly beganAt: number }, reason: Reason): void {
    this.errors = this.errors * 0.9 + 0.1
    if (this.#until === 0) this.#count(time, attempt.beganAt, true)
    const isProbe = this.#until !== 0 && attempt.epoch === this.epoch
    // It was tried because nothing else was left: that says nothing new.
    if (isProbe && time < this.#until) return this.release(attempt.epoch, time)
    if (isProbe || this.#counted >= this.#terms().failures) this.eject(time, attempt.epoch, { reason, isBroken: true })
  }

  /** It came to nothing that says anything of this place. */
  release(epoch: number, time: number): void {
    if (this.#until === 0 || epoch !== this.epoch) return
    this.#probes -= 1
    this.admit(time)
  }

  /**
   * Leaves it alone: exactly as long as was told, else for `ms`, twice as long each time that it comes again. Of many
   * attempts that fail together only the first makes it longer.
   */
  eject(time: number, epoch: number, { reason, isBroken, ms, told }: Cause): void {
    const terms = this.#terms()
    const isKnown = this.#until !== 0 && epoch !== this.epoch
    if (told !== undefined && !isBroken) this.#toldUntil = Math.max(this.#toldUntil, time + told)
    if (isKnown && (told === undefined || time + told <= this.#until)) return
    const isNews = !isKnown || this.ejection!.reason !== reason
    const isAgain = this.#until !== 0 || time - this.#trustedAt < this.#lastLength
    const times = this.ejection === undefined || !isAgain ? 1 : this.ejection.times + (isKnown ? 0 : 1)
    const first = ms ?? terms.ejection
    const length = told ?? Math.min(first * 2 ** Math.min(times - 1, 20), Math.max(terms.longestEjection, first))
    this.#leave({ reason, isBroken, times, until: time + length })
    this.#lastLength = length
    this.#changed(this, isNews)
  }

  /** Takes over what another process, or this one before its restart, knew; undefined where that trusts it again. */
  adopt(ejection: Ejection | undefined, time: number): void {
    if (ejection === undefined) {
      if (this.#until !== 0) this.#trust(time)
    } else if (ejection.until > this.#until + clockSlack) {
      this.#leave(ejection)
      this.#lastLength = ejection.until - time
    }
    this.admit(time)
  }

  /** Trusts it again at once, as an operator or a check may. */
  reset(time: number): void {
    const wasLeft = this.#until !== 0
    this.#trust(time)
    if (wasLeft) this.#changed(this, true)
    this.ejection = undefined
    this.admit(time)
  }

  /** Waits for room. Undefined where too many do already. `until` is on the monotonic clock. */
  queue(who: string, until: number, size = this.#terms().queueSize): Waiting | undefined {
    this.#queue ??= new FairQueue()
    return this.#queue.length < size ? this.#queue.join(who, until, (time) => this.admit(time)) : undefined
  }

  /** Whoever was let go from the queue is about to choose: until now its room was kept. */
  unreserve(): void {
    this.#reserved -= 1
  }

  /** Lets go as many as there is room for; their room is kept until they take it. */
  admit(time: number): void {
    while (this.#queue !== undefined && this.#queue.length > 0 && this.isIn(time) && this.#queue.grant()) this.#reserved += 1
  }

  #leave(ejection: Ejection): void {
    this.ejection = ejection
    this.#until = ejection.until
    this.epoch += 1
    this.#room = 1
    this.#probes = 0
    this.#counted = this.#before = 0
  }

  #trust(time: number): void {
    this.#until = 0
    this.#room = 1
    this.#probes = 0
    this.#counted = this.#before = 0
    this.epoch += 1
    this.#trustedAt = time
    this.#toldUntil = -Infinity
  }

  /**
   * What ended together with the window's first failure belongs to it, and so does what began together with it, however late
   * it ends: a thousand calls that fail together are one failure. A window counts by what most of it was.
   */
  #count(time: number, beganAt: number, isFailure: boolean): void {
    const { window } = this.#terms()
    const isOver = time - this.#windowAt >= window
    if (isOver && (!isFailure || beganAt - this.#windowOf >= window)) {
      if (!isFailure && this.#counted === 0) return
      this.#before = this.#counted
      this.#windowAt = time
      if (isFailure) this.#windowOf = beganAt
      this.#windowFailures = this.#windowSuccesses = 0
    }
    if (isFailure) this.#windowFailures += 1
    else this.#windowSuccesses += 1
    const isBad = this.#windowFailures >= this.#windowSuccesses
    this.#counted = Math.max(0, this.#before + (isBad ? 1 : -takenBack))
  }
}
