/** Loaded before a file of tests: ends its process where it hangs, which Node's own limits do not: they fail the test, and wait for the process. */

import { writeSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { isMainThread, Worker } from 'node:worker_threads'

/** A file that takes five minutes hangs. */
const limit = Number(process.env.OMNI_TEST_LIMIT_MS ?? 300_000)

// On a thread of its own, since the other may be the one that turns in a circle.
if (isMainThread) new Worker(new URL(import.meta.url), { execArgv: [] }).unref()
else {
  await setTimeout(limit)
  writeSync(2, `It hangs: it was ended after ${limit / 1000} s.\n`)
  process.kill(process.pid, 'SIGKILL')
}
