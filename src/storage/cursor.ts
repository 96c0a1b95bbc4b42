/** A place in a list of receipts, as the short text that clients carry from page to page of one query. */

import { createHash } from 'node:crypto'
import { StorageError } from './errors.ts'
import type { ReceiptFilters } from './store.ts'

/** The last receipt of a page: new receipts come before it and move nothing. */
export interface Place {
  readonly createdAt: number
  readonly seq: number
}

const timeBytes = 6
const seqBytes = 6
const markBytes = 8
const cursorBytes = timeBytes + seqBytes + markBytes

export function writeCursor({ createdAt, seq }: Place, filters: ReceiptFilters): string {
  const bytes = Buffer.alloc(timeBytes + seqBytes)
  bytes.writeUIntBE(createdAt, 0, timeBytes)
  bytes.writeUIntBE(seq, timeBytes, seqBytes)
  return Buffer.concat([bytes, markOf(filters)]).toString('base64url')
}

/** Throws `StorageError` `bad_cursor` for what `writeCursor` never wrote for these filters. */
export function readCursor(cursor: string, filters: ReceiptFilters): Place {
  const bytes = Buffer.from(cursor, 'base64url')
  const isOurs = bytes.length === cursorBytes && bytes.toString('base64url') === cursor
  if (!isOurs || !bytes.subarray(timeBytes + seqBytes).equals(markOf(filters))) throw new StorageError('bad_cursor')
  return { createdAt: bytes.readUIntBE(0, timeBytes), seq: bytes.readUIntBE(timeBytes, seqBytes) }
}

/** The same for the same filters: what a page is continued with must be what it began with. */
function markOf({ dimensions = [], from, to, costMin, costMax, label, user }: ReceiptFilters): Buffer {
  const told = JSON.stringify([dimensions.map(({ names, values }) => [names, values]), from, to, costMin, costMax, label?.name, label?.value, user])
  return createHash('sha256').update(told).digest().subarray(0, markBytes)
}
