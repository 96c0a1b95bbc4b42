/** What is odd is seen, and what is rewritten for it says what was meant. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { isOdd } from './odd.ts'
import { readRequest, writeRequest } from './request.ts'

const hello: JsonObject = { role: 'user', content: 'hi' }
const calling: JsonObject = { role: 'assistant', content: null, tool_calls: [{ id: 'a', type: 'function', function: { name: 'look', arguments: '{}' } }] }
const rewritten = (body: JsonObject): JsonObject => writeRequest(readRequest(body), { model: 'm' }, () => assert.fail('nothing is lost'))

test('an empty list of tools, and what is said of choosing among them, goes (case 17)', () => {
  const body = { model: 'm', messages: [hello], tools: [], tool_choice: 'auto' }
  assert.ok(isOdd(body))
  assert.deepEqual(rewritten(body), { model: 'm', messages: [hello] })
})

test('a result that does not say whose it is belongs to the only call that is open (case 40)', () => {
  const body = { model: 'm', messages: [hello, calling, { role: 'tool', content: '1' }] }
  assert.ok(isOdd(body))
  assert.deepEqual((rewritten(body).messages as JsonObject[])[2], { role: 'tool', tool_call_id: 'a', content: '1' })
})

test('a body that every provider takes is not odd', () => {
  assert.equal(isOdd({ model: 'm', messages: [hello, calling, { role: 'tool', tool_call_id: 'a', content: '1' }], tools: [{ type: 'function' }] }), false)
})
