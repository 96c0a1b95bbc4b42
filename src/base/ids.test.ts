/** Ids that sort, and secrets that cannot be guessed. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { now } from './clock.ts'
import { adminToken, clientKey, receiptId, shownPrefix, uuid7 } from './ids.ts'

test('an id is a UUIDv7 with the time it was made', () => {
  const before = now()
  const id = uuid7()
  assert.match(id, /^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/)
  const time = Number.parseInt(id.slice(0, 12), 16)
  assert.ok(time >= before && time <= now() + 1)
})

test('ids grow, also when many are made within a millisecond and when the clock is set back', (context) => {
  const ids = Array.from({ length: 20_000 }, uuid7)
  context.mock.timers.enable({ apis: ['Date'], now: now() - 3_600_000 })
  ids.push(...Array.from({ length: 20_000 }, uuid7))
  assert.deepEqual(ids.toSorted(), ids)
  assert.equal(new Set(ids).size, ids.length)
})

test('what is random of two ids has nothing in common', () => {
  const tails = Array.from({ length: 5000 }, () => receiptId().slice(-15))
  assert.equal(new Set(tails).size, tails.length)
})

test('secrets have 256 bits behind a prefix that says whose they are', () => {
  assert.match(clientKey(), /^omni_[\w-]{43}$/)
  assert.match(adminToken(), /^omni_admin_[\w-]{43}$/)
  assert.notEqual(clientKey(), clientKey())
})

test('a key shows four of its random characters, and an operator’s own short token at most a quarter', () => {
  const key = clientKey()
  assert.equal(shownPrefix(key), key.slice(0, 9))
  assert.equal(shownPrefix('my-local-token'), 'my-')
  assert.equal(shownPrefix('abc'), '')
})
