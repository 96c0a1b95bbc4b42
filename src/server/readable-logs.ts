/** The logs that this process reads for receivers elsewhere: its own, and those that it found without a writer. */

import { follow, type Place } from '../ledger/follow.ts'
import { firstOf, listLogs, listSegments, lockFile, logFolder } from '../ledger/layout.ts'
import { readLines } from '../ledger/lines.ts'
import { takeLock } from '../ledger/lock.ts'
import type { ReadableLog } from './batches.ts'

export interface OwnLog {
  readonly id: string
  /** Entries that it has, as it grows. */
  readonly size: number
}

/**
 * A log without a writer was damaged, or belongs to a process that is not started any more: nobody else would send what is left of it.
 * Where two processes find it, or its writer comes after all, some entries are sent twice. `folder` is that of all logs; `own` may give
 * another log later, where the one before had to be opened again.
 */
export async function readableLogs(folder: string, own: () => OwnLog): Promise<() => readonly ReadableLog[]> {
  let current = own()
  let readableOwn = readable(folder, current)
  let others: readonly ReadableLog[] = []
  for (const id of listLogs(folder)) {
    const path = logFolder(folder, id)
    if (id !== current.id && hasNoWriter(path)) others = [...others, readable(folder, { id, size: await sizeOf(path) })]
  }
  return () => {
    const next = own()
    if (next !== current) {
      others = [...others, readableOwn].filter(({ id }) => id !== next.id)
      current = next
      readableOwn = readable(folder, next)
    }
    return [readableOwn, ...others]
  }
}

function hasNoWriter(path: string): boolean {
  const lock = takeLock(lockFile(path))
  lock?.release()
  return lock !== undefined
}

async function sizeOf(path: string): Promise<number> {
  const last = listSegments(path).at(-1)
  return last === undefined ? 0 : last + (await readLines(path, last)).length
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
