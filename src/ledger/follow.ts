/** Reading a log forwards for a reader that comes back: it goes on at the byte where it stopped, however long the segment is. */

import { open, type FileHandle } from 'node:fs/promises'
import { readEntry, type EntryKind } from '../receipts/entry.ts'
import { firstOf, linesFile, listSegments, segmentEntries } from './layout.ts'

/** Where an entry's line begins. */
export interface Place {
  readonly position: number
  /** Bytes from the beginning of its segment. */
  readonly offset: number
}

export interface Followed {
  readonly position: number
  readonly kind: EntryKind
  /** Its JSON. */
  readonly text: string
  readonly next: Place
}

const pieceBytes = 256 * 1024
const lineFeed = 10

/**
 * Whole entries from a place on and below `to`, in order; erased ones and removed segments are passed over. `log` is the log's folder, and
 * `to` no more than the log's size: what stands behind it may be taken back.
 */
export async function* follow(log: string, from: Place, to: number): AsyncGenerator<Followed> {
  for (const first of listSegments(log)) {
    if (first + segmentEntries <= from.position || first >= to) continue
    const start = firstOf(from.position) === first ? from : { position: first, offset: 0 }
    const file = await open(linesFile(log, first), 'r').catch(unlessRemoved)
    if (file === undefined) continue
    try {
      for await (const followed of entriesOf(file, start, to)) if (followed.position >= from.position) yield followed
    } finally {
      await file.close()
    }
  }
}

async function* entriesOf(file: FileHandle, start: Place, to: number): AsyncGenerator<Followed> {
  let { position } = start
  for await (const { line, end } of linesOf(file, start.offset)) {
    if (position >= to) return
    const entry = readEntry(line)
    position += 1
    if (entry?.is === 'whole') yield { position: position - 1, kind: entry.kind, text: entry.text, next: { position, offset: end } }
  }
}

/** Lines that end with a line feed, and the offset behind it. */
async function* linesOf(file: FileHandle, offset: number): AsyncGenerator<{ readonly line: string; readonly end: number }> {
  const piece = Buffer.allocUnsafe(pieceBytes)
  /** Of a line whose end has not been read yet: a line of ours is some kilobytes. */
  let begun = Buffer.alloc(0)
  for (let at = offset; ;) {
    const { bytesRead } = await file.read(piece, 0, pieceBytes, at)
    if (bytesRead === 0) return
    const bytes = Buffer.concat([begun, piece.subarray(0, bytesRead)])
    const base = at - begun.length
    let from = 0
    for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, from)) {
      yield { line: bytes.toString('utf8', from, end), end: base + end + 1 }
      from = end + 1
    }
    begun = bytes.subarray(from)
    at += bytesRead
  }
}

function unlessRemoved(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
