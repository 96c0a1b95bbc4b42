/** A client that waits is told that we live: after the hold, and then whenever nothing was said for a while. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { monotonic } from '../base/clock.ts'
import { Patience } from './patience.ts'

/** Its comments, and how it looks at the clock `ms` milliseconds after it began. */
function begin(hold: number, every: number) {
  let comments = 0
  const begun = monotonic()
  const patience = new Patience(hold, every, () => {
    comments += 1
  })
  patience.stop()
  return { patience, comments: () => comments, lookAfter: (ms: number) => patience.look(begun + ms + 1) }
}

test('nothing is said before the hold is over, and one comment after it', () => {
  const { comments, lookAfter } = begin(1000, 5000)
  lookAfter(900)
  assert.equal(comments(), 0)
  for (const ms of [1000, 1050, 5000]) lookAfter(ms)
  assert.equal(comments(), 1)
})

test('then a comment follows each silence, and none where something was written', () => {
  const { patience, comments, lookAfter } = begin(1000, 5000)
  lookAfter(1000)
  lookAfter(6010)
  assert.equal(comments(), 2)
  patience.note()
  lookAfter(11_020)
  assert.equal(comments(), 2)
  lookAfter(16_030)
  assert.equal(comments(), 3)
})

test('it looks by itself until it is stopped', async () => {
  let comments = 0
  const patience = new Patience(20, 20, () => {
    comments += 1
  })
  await setTimeout(250)
  patience.stop()
  const said = comments
  assert.ok(said >= 2, `${said}`)
  await setTimeout(150)
  assert.equal(comments, said)
})
