/** Reads a log in batches for a receiver elsewhere, and finds the place to go on from. */

import type { ReadEntry } from '../telemetry/cloud-events.ts'
import { digestOf, type Mark } from './cursors.ts'

/** A log of this process, or one that nobody writes to any more. */
export interface ReadableLog {
  readonly id: string
  /** Entries that can be read. */
  readonly size: number
  /** Entries from a position on, in order; those that are erased, or past retention, are left out. */
  readFrom(position: number): AsyncIterable<ReadEntry>
}

/** Entries that are sent at once: of the wanted kinds, so there may be none. */
export interface Batch {
  readonly log: string
  readonly entries: readonly ReadEntry[]
  /** What to remember once they are sent. */
  readonly next: Mark
}

/** Characters that are sent at once. */
const mostLength = 1024 * 1024
/** More entries than wait to be synced at any time: a checkpoint syncs all of them after 1,000. */
const mostUnsynced = 4096

/** `most` entries of a kind that is wanted, or fewer. */
export async function readBatch(log: ReadableLog, from: number, most: number, wants: (entry: ReadEntry) => boolean): Promise<Batch> {
  const { size } = log
  const entries: ReadEntry[] = []
  let last: ReadEntry | undefined
  let length = 0
  for await (last of log.readFrom(from)) {
    if (!wants(last)) continue
    entries.push(last)
    length += last.text.length
    if (entries.length >= most || length >= mostLength) return { log: log.id, entries, next: markBehind(last.position + 1, last) }
  }
  return { log: log.id, entries, next: markBehind(Math.max(size, (last?.position ?? -1) + 1), last) }
}

const markBehind = (position: number, last: ReadEntry | undefined): Mark => ({
  position,
  last: last?.position === position - 1 ? digestOf(last.text) : '',
})

/**
 * Where to go on after a start. A power cut can take the newest entries from a log that others have already, and the places are then
 * taken by others: whoever has read further than the log goes, or another entry than stands there, goes back, and sends some twice.
 */
export async function resume(log: ReadableLog, { position, last }: Mark): Promise<number> {
  const isKnown = position === 0 || (position <= log.size && (await isAsRead(log, position - 1, last)))
  return isKnown ? position : Math.max(0, position - mostUnsynced)
}

async function isAsRead(log: ReadableLog, position: number, last: string): Promise<boolean> {
  for await (const entry of log.readFrom(position)) return entry.position !== position || last === '' || digestOf(entry.text) === last
  return true
}
