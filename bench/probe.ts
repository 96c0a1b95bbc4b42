/** Loaded before a Node program under measure: tells, when asked over the process channel, how late its event loop ran since the last question. */

import { monitorEventLoopDelay } from 'node:perf_hooks'

const resolution = 10
const delay = monitorEventLoopDelay({ resolution })

export interface LoopDelay {
  /** Milliseconds by which the slowest hundredth of the loop's turns came late. */
  readonly p99: number
  readonly max: number
}

if (process.send) {
  delay.enable()
  process.on('message', (message) => {
    if (message !== 'loop-delay') return
    const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution)
    process.send!({ p99: late(delay.percentile(99)), max: late(delay.max) } satisfies LoopDelay)
    delay.reset()
  })
  // Watching must not keep a program alive that wants to end.
  process.channel?.unref()
}
