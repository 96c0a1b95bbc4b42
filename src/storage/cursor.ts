/** A place in the list of receipts, as the short text that clients carry from page to page. */

import { StorageError } from './errors.ts'

const idPrefix = 'dec_'

/** Receipts are listed by id, and ids sort by time: the cursor is the last one of the page, so that new receipts move nothing. */
export function writeCursor(lastId: string): string {
  return Buffer.from(lastId.slice(idPrefix.length), 'hex').toString('base64url')
}

/** Throws `StorageError` `bad_cursor` for what `writeCursor` never wrote. */
export function readCursor(cursor: string): string {
  const bytes = Buffer.from(cursor, 'base64url')
  if (bytes.length !== 16 || bytes.toString('base64url') !== cursor) throw new StorageError('bad_cursor')
  return idPrefix + bytes.toString('hex')
}
