/** Reading a log, also while it is written: entries by their place, and all from a position on. */

import { open } from 'node:fs/promises'
import { hashBytes } from '../receipts/merkle.ts'
import type { Placed } from './batch.ts'
import { firstOf, hashesFile, linesFile, listSegments, logFolder, segmentEntries } from './layout.ts'
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

/** The lines at these places, in their order; undefined where the segment was removed. An erased one is what stands there. */
export async function readSpots(folder: string, spots: readonly Spot[]): Promise<readonly (string | undefined)[]> {
  const parts = spots.map(({ log, position, offset, length }) => ({ file: linesFile(logFolder(folder, log), firstOf(position)), offset, length }))
  return (await readParts(parts)).map((bytes) => bytes?.toString())
}

/** The leaf hashes that stand beside the lines at these places, in hex; undefined where there is none. They show what was changed, and are no evidence. */
export async function readLeaves(folder: string, places: readonly Pick<Spot, 'log' | 'position'>[]): Promise<readonly (string | undefined)[]> {
  const parts = places.map(({ log, position }) => ({
    file: hashesFile(logFolder(folder, log), firstOf(position)),
    offset: (position % segmentEntries) * hashBytes,
    length: hashBytes,
  }))
  return (await readParts(parts)).map((bytes) => bytes?.toString('hex'))
}

interface Part {
  readonly file: string
  readonly offset: number
  readonly length: number
}

/** No file stays open between calls: of a segment that was removed nothing could be read, and so nothing is. */
async function readParts(parts: readonly Part[]): Promise<readonly (Buffer | undefined)[]> {
  const found = new Map<Part, Buffer>()
  const files = [...Map.groupBy(parts, ({ file }) => file)]
  for (let at = 0; at < files.length; at += mostOpen) {
    await Promise.all(files.slice(at, at + mostOpen).map(([file, within]) => readFrom(file, within, found)))
  }
  return parts.map((part) => found.get(part))
}

async function readFrom(file: string, parts: readonly Part[], found: Map<Part, Buffer>): Promise<void> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  if (handle === undefined) return
  try {
    for (const part of parts) {
      const buffer = Buffer.allocUnsafe(part.length)
      const { bytesRead } = await handle.read(buffer, 0, part.length, part.offset)
      if (bytesRead === part.length) found.set(part, buffer)
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
