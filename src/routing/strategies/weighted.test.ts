/** Draws are as often as the weights say, among those that are in. */

import { test } from 'node:test'
import { assertShares, players, tally } from '../../../test/choosing.ts'
import { weighted } from './weighted.ts'

const weights = [5, 1, 0, 0.5, 3.5]

test('each is drawn as often as its weight says, and one without a share never', () => {
  const list = players(5, (at) => ({ weight: weights[at]! }))
  assertShares(tally(weighted, list, { calls: 20_000 }), weights)
})

test('what one that is out would have had goes to the others by their weights', () => {
  const list = players(5, (at) => ({ weight: weights[at]!, isIn: at !== 0 }))
  assertShares(tally(weighted, list, { calls: 20_000 }), [0, 1, 0, 0.5, 3.5])
})

test('those without a share are drawn evenly once all others are out', () => {
  const list = players(4, (at) => ({ weight: at < 2 ? 1 : 0, isIn: at >= 2 }))
  assertShares(tally(weighted, list, { calls: 10_000 }), [0, 0, 1, 1])
})
