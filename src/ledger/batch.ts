/** Entries made ready for the disk: their lines in one buffer, their hashes in another, and their place in the tree. */

import { hash } from 'node:crypto'
import { writeEntry } from '../receipts/entry.ts'
import type { EntryKind } from '../receipts/entry.ts'
import { hashBytes } from '../receipts/merkle.ts'
import type { Tree } from '../receipts/merkle.ts'

export interface NewEntry {
  readonly kind: EntryKind
  /** A JSON object in canonical form. */
  readonly text: string
  /** The id of the call whose intent it closes. */
  readonly closes?: string
}

/** Where an entry stands: its place in the log, and the bytes of its line in the segment of that place, without line feed. */
export interface Placed {
  readonly position: number
  readonly offset: number
  readonly length: number
  readonly line: string
}

export interface Batch {
  readonly lines: Buffer
  readonly hashes: Buffer
  readonly placed: readonly Placed[]
}

const lineFeed = 10

/** Adds the entries to `tree`, that of the segment which begins at `first` and has `bytes` so far. */
export function makeBatch(entries: readonly NewEntry[], tree: Tree, { first, bytes }: { readonly first: number; readonly bytes: number }): Batch {
  const written = entries.map(({ kind, text }) => writeEntry(kind, text))
  const lengths = written.map((line) => Buffer.byteLength(line))
  const buffer = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + length + 1, 1))
  const hashes = Buffer.allocUnsafe(entries.length * hashBytes)
  const placed: Placed[] = []
  let at = 1
  for (const [index, line] of written.entries()) {
    const length = lengths[index]!
    buffer.write(line, at)
    // A leaf is hashed with a 0 before it: the line feed of the line before lends its byte, and no line is copied.
    buffer[at - 1] = 0
    hashes.write(hash('sha256', buffer.subarray(at - 1, at + length), 'latin1'), index * hashBytes, 'latin1')
    buffer[at - 1] = lineFeed
    buffer[at + length] = lineFeed
    placed.push({ position: first + tree.size, offset: bytes + at - 1, length, line })
    tree.add(hashes, index * hashBytes)
    at += length + 1
  }
  return { lines: buffer.subarray(1), hashes, placed }
}
