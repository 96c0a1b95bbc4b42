/** What a call needs: bits of a look at its body, its size as the receipt estimates it, and how much it asks for. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject } from '../base/json.ts'
import { needsIn } from '../catalog/abilities.ts'
import { callOf } from '../../test/calling.ts'
import { needsOf } from './needs.ts'

const picture = `data:image/png;base64,iVBORw0KGgo${'A'.repeat(400_000)}`
const ask = (content: Json): JsonObject => ({ model: 'm', messages: [{ role: 'user', content }] })

test('a call says what it needs, how long it is, and how much it asks for', () => {
  const { bits, input, output } = needsOf(
    callOf({ ...ask('one two '.repeat(5000)), max_completion_tokens: 500, tools: [{ type: 'function', function: { name: 'f' } }] }),
  )
  assert.deepEqual([needsIn(bits), output], [['tools'], 500])
  assert.ok(input > 10_000 && input < 10_100, `${input}`)
})

test('a picture is as long as the tokens that vendors take for one', () => {
  const { bits, input } = needsOf(callOf(ask([{ type: 'image_url', image_url: { url: picture } }])))
  assert.deepEqual(needsIn(bits), ['images'])
  assert.ok(input > 1000 && input < 2000, `${input}`)
})

test('a call that asks for no length asks for none', () => {
  for (const body of [ask('hi'), { ...ask('hi'), max_tokens: null }]) assert.equal(needsOf(callOf(body)).output, 0)
})

test('the call is not read for it', () => {
  const call = callOf(ask('hi'))
  Object.defineProperty(call, 'request', { get: () => assert.fail('it was read') })
  assert.deepEqual(needsOf(call).bits, 0)
})
