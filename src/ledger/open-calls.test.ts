/** Calls that are open are those that came and did not go. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { receiptId } from '../base/ids.ts'
import { OpenCalls } from './open-calls.ts'

test('what comes and goes leaves what a map would hold, whatever the ids', () => {
  const calls = new OpenCalls([['dec_1', 'one']])
  const map = new Map([['dec_1', 'one']])
  const ids = [...Array.from({ length: 3000 }, receiptId), '', 'a', 'ab', 'é\u{1F600}']
  for (const [at, id] of ids.entries()) {
    calls.add(id, `text ${at}`)
    map.set(id, `text ${at}`)
    const gone = ids[Math.floor(Math.random() * at)]!
    calls.delete(gone)
    map.delete(gone)
    assert.equal(calls.size, map.size)
  }
  assert.deepEqual(calls.all(), map)
})
