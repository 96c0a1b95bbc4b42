/** Calls are refused while memory is short, and only then. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Overload } from './overload.ts'

const MiB = 2 ** 20

function openOverload({ percent = 90 } = {}) {
  const stage = { used: 0, calls: 5, time: 0 }
  const overload = new Overload({
    percent: () => percent,
    calls: () => stage.calls,
    read: () => ({ used: stage.used * MiB, limit: 100 * MiB }),
    time: () => stage.time,
  })
  /** Whether a call is taken when so much of 100 MiB is used. */
  const at = (used: number, bytes = 0): boolean => {
    stage.used = used
    stage.time += 100
    return overload.hasRoomFor(bytes)
  }
  return { stage, overload, at }
}

test('[B36] calls are refused from the limit on, and until there is some room below it', () => {
  const { at } = openOverload()
  assert.deepEqual(
    [50, 89, 90, 95, 89, 80, 79, 89, 90].map((used) => at(used)),
    [true, true, false, false, false, false, true, true, false],
  )
})

test('[B36] a large body is weighed before it is read into objects, a small one is not', () => {
  const { at, stage, overload } = openOverload()
  assert.equal(at(50, 9 * MiB), true)
  assert.equal(at(50, 11 * MiB), false)
  assert.equal(at(89, 1000), true)
  stage.used = 70
  assert.equal(overload.hasRoomFor(6 * MiB), false, 'it is looked at anew, however short ago that was')
})

test('[B36] the only call is always taken', () => {
  const { at, stage } = openOverload()
  stage.calls = 1
  assert.deepEqual([at(99), at(10, 90 * MiB)], [true, true])
})

test('the heap is not looked at for every call', () => {
  const { at, stage, overload } = openOverload()
  assert.equal(at(10), true)
  stage.used = 99
  assert.equal(overload.hasRoomFor(0), true)
  stage.time += 100
  assert.equal(overload.hasRoomFor(0), false)
})

test('with 100 percent nobody is refused', () => {
  const { at } = openOverload({ percent: 100 })
  assert.equal(at(100, 90 * MiB), true)
})

test('the real heap of this process has room', () => {
  const overload = new Overload({ percent: () => 90, calls: () => 5 })
  assert.equal(overload.hasRoomFor(0), true)
  assert.equal(overload.hasRoomFor(2 ** 45), false)
})
