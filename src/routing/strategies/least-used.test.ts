/** Calls go where the fewest are under way for the weight. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asking, assertShares, players, tally } from '../../../test/choosing.ts'
import { leastUsed } from './least-used.ts'

test('the one with the fewest calls under way for its weight is asked', () => {
  const load = [
    { inFlight: 1, weight: 1 },
    { inFlight: 5, weight: 10 },
    { inFlight: 0, weight: 1, isIn: false },
  ]
  assert.equal(
    leastUsed(
      players(3, (at) => load[at]!),
      asking(),
    ),
    1,
  )
})

test('equals are asked in turn, and the turns of a busier one go to all of them alike', () => {
  assert.deepEqual(tally(leastUsed, players(4), { calls: 400 }), [100, 100, 100, 100])
  const list = players(4, (at) => ({ inFlight: at === 1 ? 3 : 2 }))
  assertShares(tally(leastUsed, list, { calls: 6000 }), [1, 0, 1, 1])
})

test('calls that stay under way fill each to its weight', () => {
  const list = players(3, (at) => ({ weight: at + 1 })).map((one) => ({ ...one, inFlight: 0 }))
  for (let turn = 0; turn < 60; turn += 1) list[leastUsed(list, asking({ turn }))]!.inFlight += 1
  assert.deepEqual(
    list.map(({ inFlight }) => inFlight),
    [10, 20, 30],
  )
})

test('those without a share are filled evenly once all others are out', () => {
  const list = players(3, (at) => ({ weight: 0, inFlight: 2 - at }))
  assert.equal(leastUsed(list, asking()), 2)
})
