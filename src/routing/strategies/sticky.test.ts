/** A session stays where it is while that is in, and sessions are spread by weight. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asking, assertShares, dice, players, tally, type Player } from '../../../test/choosing.ts'
import { sticky } from './sticky.ts'

const random = dice(5)
const sessions = Array.from({ length: 5000 }, () => Math.floor(random() * 2 ** 32))
const homes = (list: readonly Player[]): (Player | undefined)[] => sessions.map((affinity, turn) => list[sticky(list, asking({ affinity, turn }))])
const weights = [5, 1, 0, 0.5, 3.5]

test('a session is at home in one place, whatever the turn, the dice and the order of the list', () => {
  const list = players(20)
  assert.deepEqual(homes(list.toReversed()), homes(list))
  for (const affinity of sessions.slice(0, 50)) {
    const choices = new Set([1, 2, 3].map((seed) => sticky(list, asking({ affinity, turn: seed, random: dice(seed) }))))
    assert.equal(choices.size, 1)
  }
})

test('only the sessions of one that goes out move, to all others by their weights, and they come back with it', () => {
  const list = players(5, (at) => ({ weight: weights[at]! }))
  const before = homes(list)
  const gone = list[0]!
  const without = list.map((one) => (one === gone ? { ...one, isIn: false } : one))
  const after = homes(without)
  const moved = list.map(() => 0)
  for (const [at, home] of before.entries()) {
    if (home === gone) moved[without.indexOf(after[at]!)]! += 1
    else assert.equal(after[at], home)
  }
  assertShares(moved, [0, 1, 0, 0.5, 3.5])
  assert.deepEqual(homes(list), before)
})

test('of a list that grows, a new one takes its share from each, and nothing else moves', () => {
  const list = players(10)
  const [old, taken] = [list.slice(0, 9), list.slice(0, 9).map(() => 0)]
  const [before, after] = [homes(old), homes(list)]
  for (const [at, home] of after.entries()) {
    if (home === list[9]) taken[old.indexOf(before[at]!)]! += 1
    else assert.equal(home, before[at])
  }
  assertShares(
    taken,
    old.map(() => 1),
  )
})

test('sessions are spread by weight, also where they and the marks are small numbers in a row', () => {
  const list = players(5, (at) => ({ weight: weights[at]! }))
  assertShares(tally(sticky, list, { calls: 20_000, sessions: true }), weights)
  const rowed = players(5, (at) => ({ weight: weights[at]!, mark: at }))
  const counts = rowed.map(() => 0)
  for (let affinity = 0; affinity < 20_000; affinity += 1) counts[sticky(rowed, asking({ affinity }))]! += 1
  assertShares(counts, weights)
})

test('a call of no session is drawn by weight', () => {
  assertShares(
    tally(
      sticky,
      players(5, (at) => ({ weight: weights[at]! })),
      { calls: 20_000 },
    ),
    weights,
  )
})
