/** One timer for everything that waits with a limit: a call sets none of its own, which would cost more than the waiting. */

import { monotonic } from './clock.ts'
import { Roster, type Listed } from './roster.ts'

/** How often limits are looked at, in milliseconds: as late as this they may be found. */
const everyMs = 50
/** A look that comes later than this after its turn found the process blocked, or put to sleep; a busy one is late by less. */
const blockedMs = 250

export interface Watched extends Listed {
  /** Looks whether a limit has passed. `time` is of the monotonic clock, `heard` of `awake`: by that the silence of others is measured. */
  look(time: number, heard: number): void
}

/** Bounded by the calls in flight: each adds what it waits for, and takes it back. */
const watched = new Roster<Watched>()
let timer: NodeJS.Timeout | undefined
let lookedAt = 0
let missedMs = 0
let tellBlocked: (ms: number) => void = () => {}

/**
 * Milliseconds that this process could hear anything: the monotonic clock without the stretches in which it was blocked.
 * Nobody's silence was heard then, so no limit of theirs ran. A stamp of such a stretch may lie ahead, by its length at most.
 */
export const awake = (): number => monotonic() - missedMs

/** `tell` hears of every stretch in which the process was blocked while something waited, in milliseconds. The last one counts. */
export function onBlocked(tell: (ms: number) => void): void {
  tellBlocked = tell
}

export function watch(one: Watched): void {
  watched.add(one)
  if (timer !== undefined) return
  lookedAt = monotonic()
  timer = setInterval(lookAtAll, everyMs)
}

export function unwatch(one: Watched): void {
  watched.remove(one)
}

/** Calls `tell` once, when it has lasted so many milliseconds in which this process could hear; not if it is over before. */
export class Limit implements Watched {
  place = -1
  readonly #until: number
  readonly #tell: () => void

  constructor(ms: number, tell: () => void) {
    this.#until = awake() + ms
    this.#tell = tell
    watch(this)
  }

  look(_time: number, heard: number): void {
    if (heard < this.#until) return
    this.end()
    this.#tell()
  }

  end(): void {
    unwatch(this)
  }
}

function lookAtAll(): void {
  const time = monotonic()
  const lateMs = time - lookedAt - everyMs
  lookedAt = time
  if (lateMs > blockedMs) {
    missedMs += lateMs
    tellBlocked(lateMs)
  }
  if (watched.size === 0) {
    clearInterval(timer)
    timer = undefined
    return
  }
  for (const one of watched) one.look(time, time - missedMs)
}
