/** One timer for everything that waits with a limit: a call sets none of its own, which would cost more than the waiting. */

import { monotonic } from './clock.ts'
import { Roster, type Listed } from './roster.ts'

/** How often limits are looked at, in milliseconds: as late as this they may be found. */
const everyMs = 50

export interface Watched extends Listed {
  /** Looks whether a limit has passed. `time` is milliseconds of the monotonic clock. */
  look(time: number): void
}

/** Bounded by the calls in flight: each adds what it waits for, and takes it back. */
const watched = new Roster<Watched>()
let timer: NodeJS.Timeout | undefined

export function watch(one: Watched): void {
  watched.add(one)
  timer ??= setInterval(lookAtAll, everyMs)
}

export function unwatch(one: Watched): void {
  watched.remove(one)
}

function lookAtAll(): void {
  if (watched.size === 0) {
    clearInterval(timer)
    timer = undefined
    return
  }
  const time = monotonic()
  for (const one of watched) one.look(time)
}
