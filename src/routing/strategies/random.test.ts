/** Draws are even, and weights do not load the dice. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertShares, players, tally } from '../../../test/choosing.ts'
import { random } from './random.ts'

test('each that is in is drawn as often as the others', () => {
  const list = players(8, (at) => ({ isIn: at % 4 !== 3, weight: at + 1 }))
  assertShares(tally(random, list, { calls: 12_000 }), [1, 1, 1, 0, 1, 1, 1, 0])
})

test('one without a share is not drawn while another is in', () => {
  assert.deepEqual(
    tally(
      random,
      players(2, (at) => ({ weight: at })),
      { calls: 100 },
    ),
    [0, 100],
  )
})

test('draws are even also where nearly all of many are out', () => {
  const isIn = Array.from({ length: 200 }, (_, at) => at % 40 === 7)
  assertShares(
    tally(
      random,
      players(200, (at) => ({ isIn: isIn[at]! })),
      { calls: 10_000 },
    ),
    isIn.map(Number),
  )
})
