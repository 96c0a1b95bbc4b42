/** A road is found once for a target, a surface and a kind of answer; nothing of a call stays on it. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../base/json.ts'
import { callOf, targetOf } from '../../test/calling.ts'
import { requestTo } from './address.ts'
import { roadTo } from './road.ts'

const plain: JsonObject = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }

test('calls of one kind go the same way, and others their own', () => {
  const target = targetOf('m', { speaks: { 'openai-chat': { whole: '/whole', stream: '/stream' } } })
  const road = roadTo(target, callOf(plain))
  assert.equal(roadTo(target, callOf({ ...plain, seed: 1 })), road)
  const streamed = roadTo(target, callOf({ ...plain, stream: true }))
  assert.deepEqual([road.address.path, streamed.address.path], ['/v1/whole', '/v1/stream'])
  assert.deepEqual([road.address.headers.accept, streamed.address.headers.accept], ['application/json', 'text/event-stream'])
  assert.notEqual(roadTo(targetOf('m'), callOf(plain)), road)
})

test('headers that one client sends go on with its own call alone', () => {
  const target = targetOf('m')
  const sent = (headers: Record<string, string>) => {
    const call = callOf(plain, { headers })
    return requestTo(roadTo(target, call).address, call, '').headers
  }
  assert.equal(sent({ 'openai-beta': 'one' })['openai-beta'], 'one')
  assert.equal('openai-beta' in sent({}), false)
  assert.equal(sent({ 'openai-beta': 'two' })['openai-beta'], 'two')
})
