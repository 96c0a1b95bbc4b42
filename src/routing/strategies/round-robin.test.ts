/** Turns are even, whoever is out. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asking, assertShares, players, tally } from '../../../test/choosing.ts'
import { roundRobin } from './round-robin.ts'

test('each has its turn, in order', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((turn) => roundRobin(players(3), asking({ turn }))),
    [0, 1, 2, 0, 1],
  )
})

test('the turns of those that are out go to all others alike, not to whoever stands behind them', () => {
  const isIn = [true, true, false, false, false, true, true, false, true, true]
  const counts = tally(
    roundRobin,
    players(10, (at) => ({ isIn: isIn[at]! })),
    { calls: 6000 },
  )
  assertShares(counts, isIn.map(Number))
  for (const [at, count] of counts.entries()) assert.ok(!isIn[at] || count >= 600, 'its own turns are left to each')
})
