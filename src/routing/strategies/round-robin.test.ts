/** Turns are even, whoever is out. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asking, players, tally } from '../../../test/choosing.ts'
import { roundRobin } from './round-robin.ts'

test('each has its turn, in order', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((turn) => roundRobin(players(3), asking({ turn }))),
    [0, 1, 2, 0, 1],
  )
})

test('who stands behind one that is out has no more turns than the others', () => {
  const list = players(10, (at) => ({ isIn: ![2, 3, 4, 7].includes(at) }))
  assert.deepEqual(tally(roundRobin, list, { calls: 600 }), [100, 100, 0, 0, 0, 100, 100, 0, 100, 100])
})
