/** Reading a log, also while it is written: entries by their place, and all from a position on. */

import { open } from 'node:fs/promises'
import type { Placed } from './batch.ts'
import { firstOf, linesFile, listSegments, logFolder } from './layout.ts'
import { readLines } from './lines.ts'

/** Where an entry stands: `offset` and `length` in bytes, within the segment of its position, without line feed. */
export interface Spot {
  readonly log: string
  readonly position: number
  readonly offset: number
  readonly length: number
}

/** Segments that are open at once. */
const mostOpen = 16
/** Entries that are handed out at once. */
const batchSize = 512

/**
 * The lines at these places, in their order; undefined where the segment was removed. An erased one is what stands there.
 * No file stays open between calls: of a segment that was removed nothing could be read, and so nothing is.
 */
export async function readSpots(folder: string, spots: readonly Spot[]): Promise<readonly (string | undefined)[]> {
  const lines = new Map<Spot, string>()
  const files = [...Map.groupBy(spots, ({ log, position }) => linesFile(logFolder(folder, log), firstOf(position)))]
  for (let at = 0; at < files.length; at += mostOpen) {
    await Promise.all(files.slice(at, at + mostOpen).map(([file, within]) => readFrom(file, within, lines)))
  }
  return spots.map((spot) => lines.get(spot))
}

async function readFrom(file: string, spots: readonly Spot[], lines: Map<Spot, string>): Promise<void> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  if (handle === undefined) return
  try {
    for (const spot of spots) {
      const buffer = Buffer.allocUnsafe(spot.length)
      const { bytesRead } = await handle.read(buffer, 0, spot.length, spot.offset)
      if (bytesRead === spot.length) lines.set(spot, buffer.toString())
    }
  } finally {
    await handle.close()
  }
}

/** Entries of a log from `from` on and below `to`, in order and in batches; those of removed segments are passed over. */
export async function* readFromPosition(folder: string, log: string, from: number, to = Infinity): AsyncGenerator<readonly Placed[]> {
  const path = logFolder(folder, log)
  for (const first of listSegments(path).filter((each) => each >= firstOf(from) && each < to)) {
    const lines = await readLines(path, first)
    const [start, end] = [Math.max(0, from - first), Math.min(lines.length, to - first)]
    for (let at = start; at < end; at += batchSize) {
      yield lines.slice(at, Math.min(end, at + batchSize)).map(({ bytes, offset }, index) => ({
        position: first + at + index,
        offset,
        length: bytes.length,
        line: bytes.toString(),
      }))
    }
  }
}
