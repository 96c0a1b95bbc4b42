/** Walks through the segments of a log, one in memory at a time, and holds every entry against its hash and every root against what was signed. */

import { constants } from 'node:buffer'
import { readFile, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { readEntry } from '../receipts/entry.ts'
import type { Entry } from '../receipts/entry.ts'
import { Tree, cutHashes, joinEdge, leafHash } from '../receipts/merkle.ts'
import type { Vouched } from '../receipts/note-keys.ts'
import { firstOf, hashesFile, linesFile, segmentEntries, segmentsFile } from './layout.ts'
import { Erasures, toldIn } from './verify-erasures.ts'
import type { Claim, Signed } from './verify-notes.ts'
import { sizeOf } from './verify-notes.ts'
import { WrongAt } from './verify-place.ts'
import type { WhatWrong } from './verify-place.ts'

interface Segment {
  readonly first: number
  /** Without line feeds; what is behind the last one is being written. */
  readonly lines: readonly Buffer[]
  readonly leaves: readonly Buffer[]
  readonly kept: readonly Buffer[]
  /** As the file `segments` has it. */
  readonly root: Buffer | undefined
  readonly isLast: boolean
}

export interface Walked {
  readonly entries: number
  readonly erasures: Erasures
  /** At the sizes that somebody elsewhere knows of, in latin1: bounded by their number. */
  readonly roots: ReadonlyMap<number, string>
}

/** Throws `WrongAt`. */
export async function walk(log: string, signed: Signed, keys: readonly Vouched[], outside: readonly Claim[]): Promise<Walked> {
  const listed = await readListed(log)
  const files = await listLines(log)
  const found = new Walk(log, signed, keys, new Set(outside.map(({ size }) => size)))
  const end = Math.max(listed.length * segmentEntries, (files.at(-1) ?? -1) + 1)
  for (let first = 0; first < end; first += segmentEntries) {
    const root = listed[first / segmentEntries]
    // The hashes first: of a log that is being written there are never more of them than lines.
    const hashes = await read(hashesFile(log, first))
    const bytes = await read(linesFile(log, first))
    if (bytes !== undefined) found.enter(cut(first, bytes, hashes ?? Buffer.alloc(0)), root, first === files.at(-1))
    else if (root !== undefined) found.skip(first, root)
    else throw new WrongAt('missing', { file: basename(linesFile(log, first)), position: first })
  }
  found.finish()
  return found
}
