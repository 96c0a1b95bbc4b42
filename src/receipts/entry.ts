/** Entries of the log: a salt, a kind and a JSON object on one line; and what is left of one whose content is gone. */

import { randomFillSync } from 'node:crypto'
import { hashBytes, leafHash } from './merkle.ts'

export const entryKinds = ['receipt', 'gap', 'audit', 'erasure', 'key', 'start'] as const
export type EntryKind = (typeof entryKinds)[number]

export type Entry =
  | { readonly is: 'whole'; readonly kind: EntryKind; readonly salt: string; readonly text: string }
  | { readonly is: 'erased'; readonly leaf: Buffer }

const saltBytes = 16
const saltLength = 22
/** Salts that are drawn at once: a draw of the operating system for each would take longer than the rest of the entry. */
const pool = Buffer.alloc(256 * saltBytes)
let drawn = pool.length

/** The line of an entry, without line feed. `json` is an object in canonical form. */
export function writeEntry(kind: EntryKind, json: string): string {
  if (drawn === pool.length) {
    randomFillSync(pool)
    drawn = 0
  }
  drawn += saltBytes
  return `${pool.toString('base64url', drawn - saltBytes, drawn)} ${kind} ${json}`
}

/** Undefined for what is no entry, whole or erased. Whether the JSON is any is not looked at. */
export function readEntry(line: string): Entry | undefined {
  const erased = /^erased ([0-9a-f]{64}) *$/.exec(line)
  if (erased !== null) return { is: 'erased', leaf: Buffer.from(erased[1]!, 'hex') }
  const end = line.indexOf(' ', saltLength + 1)
  const kind = entryKinds.find((each) => each === line.slice(saltLength + 1, end))
  const isWhole = kind !== undefined && /^[\w-]{22} /.test(line) && line[end + 1] === '{' && line.endsWith('}')
  return isWhole ? { is: 'whole', kind, salt: line.slice(0, saltLength), text: line.slice(end + 1) } : undefined
}

/** A line that has nothing left but its leaf hash, as long as it was before. */
export const erasedLine = (leaf: Buffer, length: number): string => `erased ${leaf.toString('hex')}`.padEnd(length)

/** What an erased line takes at least: shorter ones cannot be erased. */
export const shortestErased = 'erased '.length + 2 * hashBytes

/** The leaf hash of a line, whole or erased; undefined for what is no entry. */
export function leafOf(line: Buffer): Buffer | undefined {
  const entry = readEntry(line.toString())
  if (entry === undefined) return undefined
  return entry.is === 'erased' ? entry.leaf : leafHash(line)
}
