/** What a request of the Responses API refers to, and what its answer lets clients refer to. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../base/json.ts'
import { responsesRecall as recall } from './responses-recall.ts'

test('a request refers to an answer by its id, and to items by theirs', () => {
  assert.equal(recall.refersTo({ input: 'hi' }), undefined)
  assert.equal(recall.refersTo({ input: 'hi', previous_response_id: null, conversation: null }), undefined)
  assert.deepEqual(recall.refersTo({ input: 'hi', previous_response_id: 'resp_1' }), { previous: 'resp_1', items: [] })
  const input: JsonObject[] = [{ role: 'user', content: 'hi' }, { type: 'item_reference', id: 'msg_1' }, { id: 'msg_2' }, { type: 'message', id: 'msg_3' }]
  assert.deepEqual(recall.refersTo({ input })?.items, [
    { id: 'msg_1', at: 1 },
    { id: 'msg_2', at: 2 },
  ])
})

test('a conversation is kept by nobody here, and is refused by name', () => {
  for (const conversation of ['conv_1', { id: 'conv_1' }])
    assert.throws(() => recall.refersTo({ conversation }), { reason: 'unsupported_parameter', param: 'conversation' })
})

test('text alone is one message of the user', () => {
  assert.deepEqual(recall.items({ input: 'hi' }), [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] }])
  assert.deepEqual([recall.items({}), recall.items({ input: [1] })], [[], [1]])
})

test('an answer is kept unless the client forbids it', () => {
  assert.deepEqual(
    ([{}, { store: null }, { store: true }, { store: false }] as JsonObject[]).map((body: JsonObject) => recall.wantsKept(body)),
    [true, true, true, false],
  )
})

test('an answer tells its id, whether it is kept, and whether it has ended', () => {
  assert.equal(recall.read({ error: {} }), undefined)
  const told = (fields: object) => recall.read({ id: 'resp_1', ...fields })!
  assert.deepEqual([told({}).isKept, told({ store: true }).isKept, told({ store: false }).isKept], [undefined, true, false])
  assert.deepEqual(
    ['completed', 'incomplete', 'queued', 'in_progress', 'failed'].map((status) => told({ status }).isFinished),
    [true, true, false, false, false],
  )
})

test('of an answer that is not kept, thoughts that are not sealed cannot be given back', () => {
  const output: JsonObject[] = [
    { type: 'reasoning', id: 'rs_1' },
    { type: 'reasoning', id: 'rs_2', encrypted_content: 'x' },
    { type: 'message', id: 'msg_1' },
  ]
  const idsOf = (store: boolean) => recall.read({ id: 'resp_1', store, output })!.output.map((item) => (item as { id: string }).id)
  assert.deepEqual(
    [idsOf(true), idsOf(false)],
    [
      ['rs_1', 'rs_2', 'msg_1'],
      ['rs_2', 'msg_1'],
    ],
  )
})
