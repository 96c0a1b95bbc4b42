/** One timer looks at everything that waits; what it missed while the process was blocked is nobody else's silence. */

import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { monotonic } from './clock.ts'
import { awake, Limit, onBlocked, unwatch, watch, type Watched } from './watch.ts'

const told: number[] = []
onBlocked((ms) => told.push(ms))
afterEach(() => told.splice(0))

/** Blocks the event loop in earnest. */
function block(ms: number): void {
  for (const from = monotonic(); monotonic() - from < ms;) Math.random()
}

/** Notes each look until it is let go. */
function watching() {
  const looks: { readonly time: number; readonly heard: number }[] = []
  const one: Watched = { place: -1, look: (time, heard) => looks.push({ time, heard }) }
  watch(one)
  return { looks, end: () => unwatch(one) }
}

test('what is watched is looked at many times a second, and no longer than it wants', async () => {
  const { looks, end } = watching()
  await setTimeout(400)
  end()
  const { length } = looks
  assert.ok(length >= 3, `${length} looks`)
  await setTimeout(200)
  assert.equal(looks.length, length)
})

test('[B37] a block is told once, and counts by the clock but not among what was heard', async () => {
  const { looks, end } = watching()
  await setTimeout(120)
  const [before, heardBefore] = [looks.at(-1)!, awake()]
  block(900)
  await setTimeout(120)
  end()
  const after = looks.at(-1)!
  assert.equal(told.length, 1)
  assert.ok(told[0]! > 600 && told[0]! < 1500, `${told[0]} ms`)
  assert.ok(after.time - before.time > 900)
  assert.ok(after.heard - before.heard < 900 && awake() - heardBefore < 900, 'nobody could be heard meanwhile')
})

test('[B37] a limit does not run while the process is blocked, and does before and after', async () => {
  let isOver = false
  const limit = new Limit(500, () => {
    isOver = true
  })
  await setTimeout(100)
  block(900)
  await setTimeout(100)
  assert.equal(isOver, false)
  await setTimeout(700)
  assert.equal(isOver, true)
  limit.end()
})

test('a limit that was ended in time is not told of', async () => {
  let isOver = false
  const limit = new Limit(100, () => {
    isOver = true
  })
  limit.end()
  await setTimeout(250)
  assert.deepEqual([isOver, told], [false, []])
})
