/** Cursors are read back, and nothing else is one. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { receiptId } from '../base/ids.ts'
import { readCursor, writeCursor } from './cursor.ts'

test('a cursor is read back into the id that it was written for', () => {
  const id = receiptId()
  assert.equal(readCursor(writeCursor(id)), id)
})

test('nothing else is a cursor, not even another spelling of one', () => {
  const cursor = writeCursor('dec_00000000000070008000000000000000')
  assert.equal(cursor, 'AAAAAAAAcACAAAAAAAAAAA')
  for (const text of ['', `${cursor}=`, `${cursor} `, cursor.slice(1), `${cursor.slice(0, -1)}B`, 'dec_1', cursor.repeat(1000)]) {
    assert.throws(() => readCursor(text), { reason: 'bad_cursor' })
  }
})
