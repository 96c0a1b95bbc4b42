/** Calls that wait until a limit has room again, in the order in which they came: one line for each counter. */

import { pause } from '../base/clock.ts'
import type { Client } from './client.ts'

interface Line {
  waiting: number
  /** Settles when the last that joined has left. */
  last: Promise<void>
}

/** By the counter's id; bounded by the calls that wait, of which each limit has its most. */
const lines = new Map<string, Line>()

export const hasLine = (id: string): boolean => lines.size > 0 && lines.has(id)

/** A place in a line. */
export interface Waiting {
  /** Resolves when it is first in its line; false where its time is up, or its client has gone. */
  isFirst(ms: number, client: Client): Promise<boolean>
  leave(): void
}

/** Undefined where the line is as long as it may be. */
export function join(id: string, most: number): Waiting | undefined {
  const line = lines.get(id) ?? { waiting: 0, last: Promise.resolve() }
  if (line.waiting >= most) return undefined
  lines.set(id, line)
  const before = line.last
  const { promise, resolve } = Promise.withResolvers<void>()
  line.waiting += 1
  // Who leaves before its turn does not let others pass it.
  line.last = Promise.all([before, promise]).then(() => {})
  return {
    isFirst: async (ms, client) => {
      const late = pause(Math.max(0, ms))
      client.onGone(() => late.cancel())
      const isTurn = await Promise.race([before.then(() => true), late.done.then(() => false)])
      late.cancel()
      return isTurn && !client.isGone
    },
    leave: () => {
      resolve()
      line.waiting -= 1
      if (line.waiting === 0) lines.delete(id)
    },
  }
}
