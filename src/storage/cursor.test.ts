/** Cursors are read back for the query that they were written for, and nothing else is one. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCursor, writeCursor } from './cursor.ts'

const place = { createdAt: 1_790_000_000_000, seq: 5_000_000_000 }
const filters = { dimensions: [{ names: ['provider'], values: ['one', null] }], from: 1 }

test('a cursor is read back into the place that it was written for', () => {
  assert.deepEqual(readCursor(writeCursor(place, filters), filters), place)
  assert.deepEqual(readCursor(writeCursor(place, {}), {}), place)
})

test('a cursor of another query is none', () => {
  const others = [
    {},
    { ...filters, from: 2 },
    { ...filters, to: 1 },
    { ...filters, dimensions: [{ names: ['provider'], values: ['one'] }] },
    { ...filters, user: 'a' },
  ]
  for (const other of others) assert.throws(() => readCursor(writeCursor(place, filters), other), { reason: 'bad_cursor' })
})

test('nothing else is a cursor, not even another spelling of one', () => {
  const cursor = writeCursor(place, {})
  for (const text of ['', `${cursor}=`, `${cursor} `, cursor.slice(1), `${cursor.slice(0, -1)}B`, 'dec_1', cursor.repeat(1000)]) {
    assert.throws(() => readCursor(text, {}), { reason: 'bad_cursor' }, text)
  }
})
