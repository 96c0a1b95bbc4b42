/** Of an error its class and its frames are told, and nothing that its message says, whatever that looks like. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { originOf } from './frames.ts'

const secret = 'sk-canary-9f86d081884c7d65'

class Quoting extends Error {}

function throwing(message: string): unknown {
  try {
    throw new Quoting(message)
  } catch (error) {
    return error
  }
}

test('[B35] an error is its class and its frames, relative to the package', () => {
  const { error, frames } = originOf(throwing('It broke.'))
  assert.equal(error, 'Quoting')
  assert.match(frames[0]!, /^src\/telemetry\/frames\.test\.ts:\d+$/)
  assert.ok(frames.length > 1 && frames.length <= 16, 'bounded')
  assert.doesNotMatch(frames.join('\n'), /file:|\/work|\(/)
})

test('[B35] what a message quotes is not told, also where it looks like a frame, and also where it was changed later', () => {
  const forged = `${secret}\n    at ${secret} (src/${secret}.ts:1:1)\n    at node:${secret}:1:1\n    at ${import.meta.url.replace('frames', secret)}:1:1`
  const changed = throwing(forged) as Error
  assert.match(changed.stack!, new RegExp(secret))
  changed.message = 'It broke.'
  for (const thrown of [throwing(forged), changed, new Error('outer', { cause: throwing(forged) }), secret, { stack: forged }]) {
    assert.doesNotMatch(JSON.stringify(originOf(thrown)), new RegExp(secret))
  }
  assert.match(originOf(throwing(forged)).frames[0]!, /^src\/telemetry\/frames\.test\.ts:\d+$/)
  assert.deepEqual(originOf(changed).frames, [])
})

test('[B35] the innermost of several is told, and a circle of them ends', () => {
  const inner = new RangeError('inner')
  assert.equal(originOf(new Error('outer', { cause: new Error('middle', { cause: inner }) })).error, 'RangeError')
  inner.cause = inner
  assert.equal(originOf(inner).error, 'RangeError')
  assert.deepEqual(originOf(null), { error: 'object', frames: [] })
})
