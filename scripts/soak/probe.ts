/** Loaded into the gateway of the soak before anything else: writes into a file what only the process itself can know of its health. */

import { renameSync, writeFileSync } from 'node:fs'
import { constants, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

export interface Told {
  /** Bytes of objects; and the fewest right after a full collection, since it was told last. */
  readonly heap: number
  readonly heapKept: number | null
  /** Timers that are set. */
  readonly timers: number
  /** Milliseconds by which the slowest hundredth of the event loop's turns came late, since it was told last. */
  readonly loopDelay: number
}

/** https://nodejs.org/api/perf_hooks.html#garbage-collection-gc-details */
type Collection = PerformanceEntry & { readonly detail?: { readonly kind?: number } }

const resolution = 10
const { SOAK_PROBE: path, SOAK_EVERY: every } = process.env

// Threads load it too.
if (isMainThread && path !== undefined) watchProcess(path, Number(every))

function watchProcess(file: string, ms: number): void {
  const delay = monitorEventLoopDelay({ resolution })
  delay.enable()
  let kept = Infinity
  const collections = new PerformanceObserver((list) => {
    const isFull = (list.getEntries() as Collection[]).some(({ detail }) => detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR)
    if (isFull) kept = Math.min(kept, process.memoryUsage().heapUsed)
  })
  collections.observe({ entryTypes: ['gc'] })
  const tell = (): void => {
    const told: Told = {
      heap: process.memoryUsage().heapUsed,
      heapKept: kept === Infinity ? null : kept,
      timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
      loopDelay: Math.max(0, delay.percentile(99) / 1e6 - resolution),
    }
    kept = Infinity
    delay.reset()
    writeFileSync(`${file}.new`, JSON.stringify(told))
    renameSync(`${file}.new`, file)
  }
  tell()
  setInterval(tell, ms).unref()
}
