/** Calls that wait for room: bounded, with a limit in time, and in an order that is fair between those who ask. */

import { unwatch, watch, type Watched } from '../base/watch.ts'

/** Somebody in the queue. Its promise resolves once: whether there is room now, or the time was up. */
export class Waiting implements Watched {
  place = -1
  readonly who: string
  readonly isGranted: Promise<boolean>
  readonly #until: number
  readonly #look: (time: number) => void
  #settle: (isGranted: boolean) => void = () => {}
  isOver = false

  constructor(who: string, until: number, look: (time: number) => void) {
    this.who = who
    this.#until = until
    this.#look = look
    this.isGranted = new Promise((resolve) => (this.#settle = resolve))
    watch(this)
  }

  look(time: number): void {
    this.#look(time)
    if (time >= this.#until) this.end(false)
  }

  end(isGranted: boolean): void {
    if (this.isOver) return
    this.isOver = true
    unwatch(this)
    this.#settle(isGranted)
  }
}

/** Who has many calls waiting does not make others wait longer: each who asks has a line of its own, and the lines take turns. */
export class FairQueue {
  /** In the order of their turns. Bounded by whoever lets callers join. */
  readonly #lines = new Map<string, Waiting[]>()
  #waiting = 0

  get length(): number {
    return this.#waiting
  }

  /** `until` is on the monotonic clock; `look` is called now and then while it waits. */
  join(who: string, until: number, look: (time: number) => void): Waiting {
    const waiting = new Waiting(who, until, look)
    const line = this.#lines.get(who)
    if (line) line.push(waiting)
    else this.#lines.set(who, [waiting])
    this.#waiting += 1
    void waiting.isGranted.then((isGranted) => isGranted || this.#remove(waiting))
    return waiting
  }

  /** Lets the next one go. Whether there was one. */
  grant(): boolean {
    for (const [who, line] of this.#lines) {
      const next = line.shift()!
      this.#lines.delete(who)
      if (line.length > 0) this.#lines.set(who, line)
      this.#waiting -= 1
      if (next.isOver) continue
      next.end(true)
      return true
    }
    return false
  }

  #remove(waiting: Waiting): void {
    const line = this.#lines.get(waiting.who)
    const at = line?.indexOf(waiting) ?? -1
    if (line === undefined || at === -1) return
    line.splice(at, 1)
    this.#waiting -= 1
    if (line.length === 0) this.#lines.delete(waiting.who)
  }
}
