/** The faster of two draws: never the slowest, seldom a crowd, and whoever was not heard is heard. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asking, assertShares, dice, players, tally } from '../../../test/choosing.ts'
import { fastest } from './fastest.ts'

/** All calls but those that listen. */
const calls = 64_000

test('of two the faster is asked, but for one call in 128, which hears the slower again', () => {
  const list = players(2, (at) => ({ latency: [900, 300][at]! }))
  assertShares(tally(fastest, list, { calls }), [1, 127])
})

test('of many each is asked the more often the faster it is, and the fastest in no more than two of so many', () => {
  const list = players(5, (at) => ({ latency: 100 * (at + 1) }))
  // Of 10 pairs the fastest wins 4, the next 3, and so on; a sixty-fourth of the calls is even.
  assertShares(
    tally(fastest, list, { calls }),
    [4, 3, 2, 1, 0].map((won) => (won / 10) * (63 / 64) + 1 / 5 / 64),
  )
})

test('errors make a place slower: what answers half of the time takes twice as long', () => {
  const chosen = (errors: number): number =>
    fastest(
      players(2, (at) => ({ latency: [190, 100][at]!, errors: at * errors })),
      asking(),
    )
  assert.deepEqual([chosen(0.4), chosen(0.5)], [1, 0])
})

test('whoever was never heard is asked while it is sound and at rest, and after all others when it is not', () => {
  const chosen = (given: { inFlight?: number; errors?: number }): number => {
    const heard = { latency: 5 }
    return fastest(
      players(2, (at) => (at === 0 ? heard : given)),
      asking(),
    )
  }
  assert.deepEqual([chosen({}), chosen({ inFlight: 1 }), chosen({ errors: 0.3 }), chosen({ errors: 0.2 })], [1, 0, 0, 1])
})

test('a thousand calls at once do not all go to one that was never heard', () => {
  const list = players(10, (at) => ({ latency: at === 0 ? 0 : 100 })).map((one) => ({ ...one, inFlight: 0 }))
  const random = dice(3)
  for (let turn = 0; turn < 1000; turn += 1) list[fastest(list, asking({ turn, random }))]!.inFlight += 1
  assert.ok(list[0]!.inFlight <= 5, String(list[0]!.inFlight))
})
