/** The logs that this process reads for receivers elsewhere: its own, and those that it found without a writer. */

import { follow, type Place } from '../ledger/follow.ts'
import { firstOf, listLogs, listSegments, lockFile, logFolder } from '../ledger/layout.ts'
import { readLines } from '../ledger/lines.ts'
import { takeLock, type Lock } from '../ledger/lock.ts'
import type { ReadableLog } from './batches.ts'

export interface OwnLog {
  readonly id: string
  /** Entries that it has, as it grows. */
  readonly size: number
}

export interface ReadableLogs {
  readonly logs: readonly ReadableLog[]
  close(): void
}

/**
 * A log without a writer was damaged, or belongs to a process that is not started any more: nobody else would send what is left of it. It is
 * held meanwhile, so that no two read it. `folder` is that of all logs.
 */
export async function openReadableLogs(folder: string, own: OwnLog): Promise<ReadableLogs> {
  const logs: ReadableLog[] = [readable(folder, own)]
  const locks: Lock[] = []
  for (const id of listLogs(folder)) {
    // To close the own log's lock a second time would give it away.
    const lock = id === own.id ? undefined : takeLock(lockFile(logFolder(folder, id)))
    if (lock === undefined) continue
    locks.push(lock)
    logs.push(readable(folder, { id, size: await sizeOf(logFolder(folder, id)) }))
  }
  return { logs, close: () => locks.forEach((lock) => lock.release()) }
}

async function sizeOf(log: string): Promise<number> {
  const last = listSegments(log).at(-1)
  return last === undefined ? 0 : last + (await readLines(log, last)).length
}

/** Several readers share it; most of them go on where the last one stopped. */
function readable(folder: string, log: OwnLog): ReadableLog {
  const path = logFolder(folder, log.id)
  let known: Place = { position: 0, offset: 0 }
  return {
    id: log.id,
    get size() {
      return log.size
    },
    async *readFrom(position) {
      const from = known.position <= position && firstOf(known.position) === firstOf(position) ? known : { position: firstOf(position), offset: 0 }
      for await (const { next, ...entry } of follow(path, from, log.size)) {
        if (entry.position < position) continue
        // The place behind the last entry of a segment is in the next one.
        if (firstOf(next.position) === firstOf(entry.position)) known = next
        yield entry
      }
    },
  }
}
