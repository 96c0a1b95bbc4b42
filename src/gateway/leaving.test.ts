/** Who leaves is let go at once, or read on for the counts: as the operator wants it, for so many at once, and never when the process stops. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callOf, limits, snapshotOf } from '../../test/calling.ts'
import { Failure } from '../canonical/failure.ts'
import { Call } from './call.ts'
import { endDraining, mustBeThere, whenUnwanted } from './leaving.ts'

/** A call whose client can leave, and whether its provider's work was ended. */
function begin(abandoned: 'abort' | 'drain', interruption?: Failure) {
  const call = callOf({ model: 'm', messages: [] })
  let listener = (): void => {}
  const client = { ...call.client, interruption, onGone: (next: () => void) => (listener = next) }
  const snapshot = snapshotOf({ limits: { ...limits, abandoned } })
  const { surface, caller, extensions, body } = call
  const left = new Call({ surface, caller, extensions, body, client, snapshot })
  let isEnded = false
  whenUnwanted(left, () => {
    isEnded = true
  })
  return { call: left, leave: () => listener(), isEnded: () => isEnded }
}

test('who leaves ends the work where that is wanted, and does not where it is to be read on', () => {
  const [ended, drained] = [begin('abort'), begin('drain')]
  for (const { leave } of [ended, drained]) leave()
  assert.deepEqual([ended.isEnded(), drained.isEnded()], [true, false])
  endDraining(drained.call)
})

test('a process that stops reads nothing on', () => {
  const { leave, isEnded } = begin('drain', new Failure('shutting_down', 'We stop.'))
  leave()
  assert.equal(isEnded(), true)
})

test('a thousand are read on at once and no more, each counts once, and one that is over makes room', () => {
  const calls = Array.from({ length: 1001 }, () => begin('drain'))
  for (const { leave } of calls) for (let time = 0; time < 2; time += 1) leave()
  assert.deepEqual(
    calls.map(({ isEnded }) => isEnded()),
    [...Array<boolean>(1000).fill(false), true],
  )
  endDraining(calls[0]!.call)
  const next = begin('drain')
  next.leave()
  assert.equal(next.isEnded(), false)
  for (const { call } of [...calls, next]) endDraining(call)
})

test('who leaves after the end takes nobody’s room', () => {
  for (let time = 0; time < 1001; time += 1) {
    const { call, leave } = begin('drain')
    endDraining(call)
    leave()
  }
  const { call, leave, isEnded } = begin('drain')
  leave()
  assert.equal(isEnded(), false)
  endDraining(call)
})

test('a whole answer that nobody is there to take was given to nobody', () => {
  const { client } = callOf({ model: 'm', messages: [] })
  mustBeThere(client)
  assert.throws(() => mustBeThere({ ...client, isGone: true }), { reason: 'client_closed' })
})
