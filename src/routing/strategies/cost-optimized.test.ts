/** A call goes where its own tokens cost the least. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asking, players } from '../../../test/choosing.ts'
import { costOptimized } from './cost-optimized.ts'

const priced = (input: number, output: number, isIn = true) => ({ price: (read: number, written: number) => read * input + written * output, isIn })

test('a long question and a long answer are cheapest in different places', () => {
  const list = players(3, (at) => [priced(5, 5), priced(1, 10), priced(4, 2)][at]!)
  assert.equal(costOptimized(list, asking({ input: 10_000, output: 100 })), 1)
  assert.equal(costOptimized(list, asking({ input: 100, output: 10_000 })), 2)
})

test('equals are asked in order, and the cheapest not while it is out', () => {
  const list = players(4, (at) => [priced(0, 0, false), priced(2, 2), priced(1, 1), priced(1, 1)][at]!)
  assert.equal(costOptimized(list, asking({ turn: 5 })), 2)
})

test('an unknown price comes after any known one, and unknown ones in order', () => {
  const unknown = { price: () => Infinity }
  assert.equal(
    costOptimized(
      players(3, (at) => [unknown, unknown, priced(1e9, 1e9)][at]!),
      asking(),
    ),
    2,
  )
  assert.equal(
    costOptimized(
      players(2, () => unknown),
      asking({ turn: 1 }),
    ),
    0,
  )
})
