/** The pages of what a kept answer was asked. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../base/json.ts'
import { listInput } from './kept-input.ts'

const input: JsonObject[] = [
  { role: 'user', content: 'one' },
  { type: 'message', id: 'msg_own', role: 'assistant', content: [{ type: 'output_text', text: 'two' }] },
  { type: 'function_call_output', call_id: 'call_1', output: '3' },
]
const kept = { id: 'resp_1', input, output: [], response: {} }
const page = (query = ''): JsonObject => listInput(kept, new URLSearchParams(query))
const typesOf = ({ data }: JsonObject) => (data as JsonObject[]).map(({ type }) => type)

test('a list is newest first unless it is asked for otherwise, and every item has a type and an id', () => {
  assert.deepEqual(typesOf(page()), ['function_call_output', 'message', 'message'])
  const { data, first_id: first, last_id: last, has_more: hasMore, object } = page('order=asc')
  const [one, two] = data as [JsonObject, JsonObject]
  assert.deepEqual([object, hasMore, first], ['list', false, one.id])
  assert.deepEqual({ ...one, id: '' }, { type: 'message', id: '', role: 'user', status: 'completed', content: [{ type: 'input_text', text: 'one' }] })
  assert.match(String(one.id), /^msg_[\da-f]{32}$/)
  assert.deepEqual([two.id, two.content], ['msg_own', input[1]!.content])
  assert.match(String(last), /^item_/)
})

test('pages follow one another without a gap, since an id that was made stays the same', () => {
  const first = page('order=asc&limit=1')
  const second = page(`order=asc&limit=1&after=${String(first.last_id)}`)
  assert.deepEqual([first.has_more, second.has_more, second.first_id], [true, true, 'msg_own'])
  assert.deepEqual(typesOf(page('order=asc&after=msg_own')), ['function_call_output'])
  assert.deepEqual(page(`after=${String(first.first_id)}`), { object: 'list', data: [], first_id: null, last_id: null, has_more: false })
})

test('what no page can be made of is refused, and says which parameter it is', () => {
  for (const [query, param] of [
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=x', 'limit'],
    ['order=up', 'order'],
    ['after=nobody', 'after'],
  ] as const) {
    assert.throws(() => page(query), { reason: 'invalid_value', param }, query)
  }
})
