/** Calls that wait for a limit have their turn in the order that they came, whoever comes meanwhile. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openGoverned } from './scene.ts'

const model = 'up/gpt-4o-mini'
const scene = await openGoverned()

test('nobody who comes later passes a call that waits, though there be room at that moment', async () => {
  const { id, key } = await scene.keyWith({})
  await scene.put('limits/steady', { scope: `key:${id}`, measure: 'requests', amount: 5, burst: 1, window: '1s', queue: { calls: 50, time: '20s' } })
  const served: number[] = []
  const asked: Promise<void>[] = []
  for (let call = 0; call < 20; call += 1) {
    asked.push(scene.say(model, {}, { key }).then(({ status }) => void (status === 200 && served.push(call))))
    await pause(60)
  }
  await Promise.all(asked)
  assert.deepEqual(
    served,
    Array.from({ length: 20 }, (_, call) => call),
  )
})

test('a call that waited longer than its key counts goes nowhere', async () => {
  const { id, key } = await scene.keyWith({})
  await scene.put('limits/slow', { scope: `key:${id}`, measure: 'requests', amount: 1, burst: 1, window: '3s', queue: { calls: 5, time: '20s' } })
  assert.equal((await scene.say(model, {}, { key })).status, 200)
  const asked = scene.upstream.requests.length
  const waiting = scene.say(model, {}, { key })
  await pause(500)
  assert.equal((await scene.admin('DELETE', `keys/${id}`)).status, 200)
  assert.equal((await waiting).status, 401)
  assert.equal(scene.upstream.requests.length, asked)
})
