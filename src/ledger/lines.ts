/** The lines of a segment, as they stand on the disk. */

import { readObject } from '../base/json.ts'
import type { JsonObject } from '../base/json.ts'
import { readEntry } from '../receipts/entry.ts'
import type { EntryKind } from '../receipts/entry.ts'
import { leafHash } from '../receipts/merkle.ts'
import { readFileOrNothing } from './files.ts'
import { linesFile } from './layout.ts'

export interface Line {
  /** Without line feed. */
  readonly bytes: Buffer
  readonly offset: number
}

/** All lines of a segment that end with a line feed; none where the file is not there. */
export async function readLines(log: string, first: number): Promise<readonly Line[]> {
  const bytes = await readFileOrNothing(linesFile(log, first))
  const lines: Line[] = []
  for (let offset = 0, end = bytes.indexOf(10); end !== -1; offset = end + 1, end = bytes.indexOf(10, offset)) {
    lines.push({ bytes: bytes.subarray(offset, end), offset })
  }
  return lines
}

export interface Scan {
  readonly leaves: readonly Buffer[]
  /** Of the lines that are entries, with their line feeds. */
  readonly bytes: number
  /** What entries of these kinds say, in order. */
  readonly told: readonly { readonly kind: EntryKind; readonly says: JsonObject }[]
}

/** Reads a segment up to the first line that is no entry: there a write was cut short. */
export async function scan(log: string, first: number, kinds: readonly EntryKind[]): Promise<Scan> {
  const leaves: Buffer[] = []
  const told: { kind: EntryKind; says: JsonObject }[] = []
  let size = 0
  for (const { bytes, offset } of await readLines(log, first)) {
    const entry = readEntry(bytes.toString())
    const isTold = entry?.is === 'whole' && kinds.includes(entry.kind)
    const says = isTold ? readObject(entry.text) : undefined
    if (entry === undefined || (isTold && says === undefined)) break
    leaves.push(entry.is === 'erased' ? entry.leaf : leafHash(bytes))
    if (isTold && says !== undefined) told.push({ kind: entry.kind, says })
    size = offset + bytes.length + 1
  }
  return { leaves, bytes: size, told }
}
